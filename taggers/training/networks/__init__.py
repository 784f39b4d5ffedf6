"""Networks on pictures and graphs: `network` makes one by name, `describe` says what it would be."""

from taggers.training.networks import autoencoder, efficientnet, graphs, inception, resnet, simple, vgg, vit, xception
from taggers.training.networks.registry import NETWORKS, describe, network, register

__all__ = ["NETWORKS", "describe", "network"]

register("fully_connected", "all pixels into dense layers", simple.FullyConnected)
register("cnn", "two stages of convolutions and two dense layers, for small windows", simple.PlainCNN)
register("lenet5", "LeNet-5 of 1998", simple.LeNet5)
register("alexnet", "AlexNet, the version for one device", vgg.AlexNet)
register("vgg", "VGG with 11 to 19 layers", vgg.VGG)
register("resnet", "ResNet-N of the top papers", resnet.TopResNet)
register("resnet_pooled", "ResNet-N with global maxima, with or without the position of the seed", resnet.PooledResNet)
register("inception", "GoogLeNet, Inception v1, half as wide", inception.Inception)
register("xception", "Xception: depthwise separable convolutions", xception.Xception)
register("efficientnet", "EfficientNet B0 to B5", efficientnet.EfficientNet)
register("vit", "vision transformer", vit.VisionTransformer)
register("autoencoder", "convolutional autoencoder; says the picture again", autoencoder.ConvAutoencoder)
register("dgcnn", "edge convolutions on graphs, given or found by features", graphs.DGCNN)
register("gat", "graph attention", graphs.GAT)
register("graphsage", "GraphSAGE of the top papers", graphs.GraphSAGE)
