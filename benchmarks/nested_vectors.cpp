// Pictures the way of the public E2E codes: flat images of the whole detector per event, reshaped into nested vectors,
// windows copied out of them pixel by pixel. What nested_vectors.py measures beside ours.
//
//   nested_vectors INPUT REPEATS
//
// INPUT holds arrays, each a count (int64) and its values: see read_input. Prints for the pictures, then for pictures and
// windows: seconds of every repeat; then the sum of every channel of the pictures and of the windows.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

using Row = std::vector<float>;
using Image = std::vector<Row>;
using Frame = std::vector<Image>;

constexpr int kRows = 280, kColumns = 360, kTowerRows = 56, kTowerColumns = 72, kWindow = 125, kChannels = 8;
enum Channel { kPt, kD0, kDz, kEcal, kHcal, kBpix };

template <typename T>
std::vector<T> read_array(std::FILE* file) {
  std::int64_t count = 0;
  if (std::fread(&count, sizeof count, 1, file) != 1) std::exit(2);
  std::vector<T> values(count);
  if (count && std::fread(values.data(), sizeof(T), count, file) != static_cast<std::size_t>(count)) std::exit(2);
  return values;
}

// Entries of one kind: event boundaries, pixel (or tower) and values.
struct Hits {
  std::vector<std::int64_t> offsets;
  std::vector<std::int32_t> cell;
  std::vector<std::vector<float>> values;
};

struct Input {
  Hits ecal, hcal, tracks, bpix[3];
  std::vector<std::int64_t> jet_offsets;
  std::vector<std::int32_t> jet_row, jet_column;
};

Hits read_hits(std::FILE* file, int n_values) {
  Hits hits;
  hits.offsets = read_array<std::int64_t>(file);
  hits.cell = read_array<std::int32_t>(file);
  for (int i = 0; i < n_values; ++i) hits.values.push_back(read_array<float>(file));
  return hits;
}

Input read_input(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  if (!file) std::exit(2);
  Input input;
  input.ecal = read_hits(file, 1);
  input.hcal = read_hits(file, 1);
  input.tracks = read_hits(file, 3);
  for (Hits& layer : input.bpix) layer = read_hits(file, 0);
  input.jet_offsets = read_array<std::int64_t>(file);
  input.jet_row = read_array<std::int32_t>(file);
  input.jet_column = read_array<std::int32_t>(file);
  std::fclose(file);
  return input;
}

Row filled(const Hits& hits, std::size_t event, int value, int size) {
  Row image(size, 0.f);
  for (std::int64_t i = hits.offsets[event]; i < hits.offsets[event + 1]; ++i)
    image[hits.cell[i]] += value < 0 ? 1.f : hits.values[value][i];
  return image;
}

Image reshaped(const Row& flat) {
  Image image(kRows, Row(kColumns));
  for (int row = 0; row < kRows; ++row)
    for (int column = 0; column < kColumns; ++column) image[row][column] = flat[row * kColumns + column];
  return image;
}

Image upsampled(const Row& towers) {
  Image image(kRows, Row(kColumns));
  for (int row = 0; row < kRows; ++row)
    for (int column = 0; column < kColumns; ++column)
      image[row][column] = towers[row / 5 * kTowerColumns + column / 5] / 25.f;
  return image;
}

Frame picture(const Input& input, std::size_t event) {
  const int size = kRows * kColumns;
  Frame frame;
  Row count = filled(input.tracks, event, -1, size);
  for (int value = 0; value < 3; ++value) {
    Row flat = filled(input.tracks, event, value, size);
    if (value > 0)
      for (int i = 0; i < size; ++i)
        if (count[i] > 0) flat[i] /= count[i];
    frame.push_back(reshaped(flat));
  }
  frame.push_back(reshaped(filled(input.ecal, event, 0, size)));
  frame.push_back(upsampled(filled(input.hcal, event, 0, kTowerRows * kTowerColumns)));
  for (const Hits& layer : input.bpix) frame.push_back(reshaped(filled(layer, event, -1, size)));
  return frame;
}

Frame window(const Frame& frame, int row, int column) {
  Frame out(kChannels, Image(kWindow, Row(kWindow, 0.f)));
  for (int channel = 0; channel < kChannels; ++channel)
    for (int i = 0; i < kWindow; ++i)
      for (int j = 0; j < kWindow; ++j)
        out[channel][i][j] =
            frame[channel][row - kWindow / 2 + i][(column - kWindow / 2 + j + kColumns) % kColumns];
  return out;
}

void add_sums(const Frame& frame, std::vector<double>& sums) {
  for (std::size_t channel = 0; channel < frame.size(); ++channel)
    for (const Row& row : frame[channel])
      for (float value : row) sums[channel] += value;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const Input input = read_input(argv[1]);
  const std::size_t n_events = input.jet_offsets.size() - 1;
  std::vector<double> picture_sums(kChannels), window_sums(kChannels);
  for (int with_windows = 0; with_windows < 2; ++with_windows) {
    for (int repeat = 0; repeat < std::atoi(argv[2]); ++repeat) {
      std::vector<Frame> kept;  // the batch, as the network would be given it
      const auto start = std::chrono::steady_clock::now();
      for (std::size_t event = 0; event < n_events; ++event) {
        Frame frame = picture(input, event);
        if (with_windows)
          for (std::int64_t jet = input.jet_offsets[event]; jet < input.jet_offsets[event + 1]; ++jet)
            kept.push_back(window(frame, input.jet_row[jet], input.jet_column[jet]));
        else
          kept.push_back(std::move(frame));
      }
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
      std::printf("%.9f ", seconds.count());
      if (repeat == 0)
        for (const Frame& frame : kept) add_sums(frame, with_windows ? window_sums : picture_sums);
    }
    std::printf("\n");
  }
  for (const auto& sums : {picture_sums, window_sums}) {
    for (double sum : sums) std::printf("%.9g ", sum);
    std::printf("\n");
  }
}
