// Pictures the way of the public E2E codes: flat images of the whole detector per event, reshaped into nested vectors,
// windows copied out of them pixel by pixel. What nested_vectors.py measures beside ours.
//
//   nested_vectors INPUT
//
// INPUT holds arrays, each a count (int64) and its values: see read_input. Every letter on stdin is a command: p draws
// the pictures of all events, w all windows; the batch is freed, then a line on stdout says that it is done. P and W
// write the batch as float32 instead.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

using Row = std::vector<float>;
using Image = std::vector<Row>;
using Frame = std::vector<Image>;

constexpr int kRows = 280, kColumns = 360, kPixels = kRows * kColumns, kTowerRows = 56, kTowerColumns = 72;
enum Kind { kEcal, kHcal, kSum, kMean, kCount };

// Boundaries of the events, pixel (or tower), value (none where points are counted).
struct Points {
  std::vector<std::int64_t> offsets;
  std::vector<std::int32_t> cell;
  std::vector<float> value;
};

struct Hits {
  std::vector<std::int64_t> offsets;
  std::vector<std::uint32_t> detid;
  std::vector<float> energy;
};

struct Input {
  std::int32_t has_hits;               // 1 if ECAL and HCAL begin with hits, 0 if with points
  std::int32_t height, width;          // of windows
  std::int32_t first_row, last_row;    // rows of the picture that windows show: first, and one after the last
  std::vector<std::int32_t> kinds;     // of the channels
  std::vector<Points> points;
  Hits eb_hits, ee_hits, hbhe_hits;
  std::vector<std::int32_t> ee_pixel;  // of place (side * 100 + iy - 1) * 100 + ix - 1
  std::vector<std::int64_t> window_offsets;
  std::vector<std::int32_t> row, column;  // pixel in the middle of each window
};

template <typename T>
std::vector<T> read_array(std::FILE* file) {
  std::int64_t count = 0;
  if (std::fread(&count, sizeof count, 1, file) != 1) std::exit(2);
  std::vector<T> values(count);
  if (count && std::fread(values.data(), sizeof(T), count, file) != static_cast<std::size_t>(count)) std::exit(2);
  return values;
}

template <typename Id>
void read_lists(std::FILE* file, std::vector<std::int64_t>& offsets, std::vector<Id>& ids, std::vector<float>& values) {
  offsets = read_array<std::int64_t>(file);
  ids = read_array<Id>(file);
  values = read_array<float>(file);
}

Input read_input(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  if (!file) std::exit(2);
  Input input;
  const auto numbers = read_array<std::int32_t>(file);
  input.has_hits = numbers.at(0);
  input.height = numbers.at(1), input.width = numbers.at(2);
  input.first_row = numbers.at(3), input.last_row = numbers.at(4);
  input.kinds = read_array<std::int32_t>(file);
  input.points.resize(input.kinds.size());
  for (Points& points : input.points) read_lists(file, points.offsets, points.cell, points.value);
  for (Hits* hits : {&input.eb_hits, &input.ee_hits, &input.hbhe_hits})
    read_lists(file, hits->offsets, hits->detid, hits->energy);
  input.ee_pixel = read_array<std::int32_t>(file);
  input.window_offsets = read_array<std::int64_t>(file);
  input.row = read_array<std::int32_t>(file);
  input.column = read_array<std::int32_t>(file);
  std::fclose(file);
  return input;
}

Row filled(const Points& points, std::size_t event, bool counted, int size) {
  Row image(size, 0.f);
  for (std::int64_t i = points.offsets[event]; i < points.offsets[event + 1]; ++i)
    image[points.cell[i]] += counted ? 1.f : points.value[i];
  return image;
}

Row crystals(const Input& input, std::size_t event) {
  Row image(kPixels, 0.f);
  const Hits &eb = input.eb_hits, &ee = input.ee_hits;
  for (std::int64_t i = eb.offsets[event]; i < eb.offsets[event + 1]; ++i) {
    const int id = eb.detid[i], ieta = id >> 9 & 0x7f, iphi = id & 0x1ff;
    const int row = id >> 16 & 1 ? 139 + ieta : 140 - ieta;
    if (eb.energy[i] > 0) image[row * kColumns + iphi - 1] += eb.energy[i];
  }
  for (std::int64_t i = ee.offsets[event]; i < ee.offsets[event + 1]; ++i) {
    const int id = ee.detid[i], side = id >> 14 & 1, ix = id >> 7 & 0x7f, iy = id & 0x7f;
    const int pixel = input.ee_pixel[(side * 100 + iy - 1) * 100 + ix - 1];
    if (ee.energy[i] > 0 && pixel >= 0) image[pixel] += ee.energy[i];
  }
  return image;
}

Row towers(const Input& input, std::size_t event) {
  Row image(kTowerRows * kTowerColumns, 0.f);
  const Hits& hits = input.hbhe_hits;
  for (std::int64_t i = hits.offsets[event]; i < hits.offsets[event + 1]; ++i) {
    const int id = hits.detid[i];
    const bool is_new = id >> 24 & 1, positive = is_new ? id >> 19 & 1 : id >> 13 & 1;
    const int ieta = is_new ? id >> 10 & 0x1ff : id >> 7 & 0x3f, iphi = is_new ? id & 0x3ff : id & 0x7f;
    const int size = std::min(ieta, 28), row = positive ? 27 + size : 28 - size, column = (iphi + 1) % kTowerColumns;
    if (!(hits.energy[i] > 0)) continue;
    float* tower = &image[row * kTowerColumns + column];
    if (ieta > 20) {
      tower[0] += hits.energy[i] / 2;
      tower[1] += hits.energy[i] / 2;
    } else {
      tower[0] += hits.energy[i];
    }
  }
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
  Frame frame;
  Row count;  // shared by all means
  for (std::size_t channel = 0; channel < input.kinds.size(); ++channel) {
    const Points& points = input.points[channel];
    const int kind = input.kinds[channel];
    if (kind == kHcal) {
      const int size = kTowerRows * kTowerColumns;
      frame.push_back(upsampled(input.has_hits ? towers(input, event) : filled(points, event, false, size)));
      continue;
    }
    Row flat = kind == kEcal && input.has_hits ? crystals(input, event) : filled(points, event, kind == kCount, kPixels);
    if (kind == kMean) {
      if (count.empty()) count = filled(points, event, true, kPixels);
      for (int i = 0; i < kPixels; ++i)
        if (count[i] > 0) flat[i] /= count[i];
    }
    frame.push_back(reshaped(flat));
  }
  return frame;
}

Frame window(const Input& input, const Frame& frame, std::int64_t number) {
  const int height = input.height, width = input.width;
  const int top = input.row[number] - (height - 1) / 2, left = input.column[number] - (width - 1) / 2;
  Frame out(frame.size(), Image(height, Row(width, 0.f)));
  for (std::size_t channel = 0; channel < frame.size(); ++channel)
    for (int i = 0; i < height; ++i) {
      if (top + i < input.first_row || top + i >= input.last_row) continue;
      for (int j = 0; j < width; ++j) out[channel][i][j] = frame[channel][top + i][(left + j + kColumns) % kColumns];
    }
  return out;
}

// The batch, as a network would be given it: pictures of all events, or all windows.
std::vector<Frame> drawn(const Input& input, bool windows) {
  std::vector<Frame> batch;
  for (std::size_t event = 0; event + 1 < input.window_offsets.size(); ++event) {
    const std::int64_t first = input.window_offsets[event], last = input.window_offsets[event + 1];
    if (windows && first == last) continue;
    Frame frame = picture(input, event);
    if (windows)
      for (std::int64_t number = first; number < last; ++number) batch.push_back(window(input, frame, number));
    else
      batch.push_back(std::move(frame));
  }
  return batch;
}

void write(const std::vector<Frame>& batch) {
  for (const Frame& frame : batch)
    for (const Image& image : frame)
      for (const Row& row : image) std::fwrite(row.data(), sizeof(float), row.size(), stdout);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const Input input = read_input(argv[1]);
  for (int command = std::getchar(); command != EOF; command = std::getchar()) {
    const bool windows = command == 'w' || command == 'W';
    if (command == 'P' || command == 'W') {
      write(drawn(input, windows));
    } else {
      drawn(input, windows);
      std::putchar('\n');
    }
    std::fflush(stdout);
  }
}
