"""Vision transformer: patches of a picture as words of a sentence."""

from e2efw.errors import ConfigurationError
from taggers.training.networks.module import Network, Window, nn, torch


class _Layer(Network):
    """Attention and two dense layers, each with a shortcut and a normalisation before."""

    def __init__(self, dim: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_dense = nn.LayerNorm(dim, eps=1e-6), nn.LayerNorm(dim, eps=1e-6)
        self.asked = nn.Linear(dim, 3 * dim)
        self.answered = nn.Linear(dim, dim)
        self.dropout = nn.Dropout(dropout)
        self.dense = nn.Sequential(
            nn.Linear(dim, inner), nn.GELU(), nn.Dropout(dropout), nn.Linear(inner, dim), nn.Dropout(dropout)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, tokens, dim) to the same."""
        tokens, dim = x.shape[1:]
        parts = self.asked(self.before_attention(x)).reshape(-1, tokens, 3, self.heads, dim // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
        found = nn.functional.scaled_dot_product_attention(query, key, value)
        x = x + self.dropout(self.answered(found.transpose(1, 2).reshape(-1, tokens, dim)))
        return x + self.dense(self.before_dense(x))


class VisionTransformer(Network):
    """Dosovitskiy et al. 2020: patches, a learned place for each, layers, the class token into a dense layer.

    The end-to-end trainings had patch 5 and, from tiny to base, dim 192, 384, 768 with depth 12 and 3, 6, 12 heads.

    Args:
        patch: pixels along either side of a patch; a last one that sticks out of the picture is filled with 0.
        dim: numbers per token.
        depth: layers.
        heads: of the attention; divides dim.
        inner: size of the dense layers' middle, in units of dim.
        dropout: behind attention and dense layers.
    """

    def __init__(
        self,
        channels: int,
        window: Window,
        outputs: int,
        patch: int = 5,
        dim: int = 96,
        depth: int = 6,
        heads: int = 3,
        inner: int = 4,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if min(patch, dim, depth, heads, inner) < 1 or dim % heads:
            raise ConfigurationError(
                f"network 'vit': patch {patch}, dim {dim}, depth {depth}, heads {heads} and inner {inner} "
                "must be at least 1, and dim a multiple of heads."
            )
        rows, columns = (-(-size // patch) for size in window)
        self.patches = nn.Sequential(
            nn.ZeroPad2d((0, columns * patch - window[1], 0, rows * patch - window[0])),
            nn.Conv2d(channels, dim, patch, patch),
        )
        self.token = nn.Parameter(torch.zeros(1, 1, dim))
        self.places = nn.Parameter(0.02 * torch.randn(1, 1 + rows * columns, dim))
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.Sequential(*(_Layer(dim, heads, inner * dim, dropout) for _ in range(depth)))
        self.normalise = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Linear(dim, outputs)

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) to (N, outputs)."""
        words = self.patches(frames).flatten(2).transpose(1, 2)
        token = self.token + torch.zeros_like(words[:, :1])
        sentence = torch.cat([token, words], dim=1) + self.places
        return self.head(self.normalise(self.layers(self.dropout(sentence))[:, 0]))
