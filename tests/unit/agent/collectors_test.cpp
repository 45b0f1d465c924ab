#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "services/agent/collect/collectors.hpp"
#include "services/agent/collect/cpu.hpp"
#include "services/agent/collect/disk_io.hpp"
#include "services/agent/collect/filesystem.hpp"
#include "services/agent/collect/load.hpp"
#include "services/agent/collect/memory.hpp"
#include "services/agent/collect/network.hpp"

namespace metricstream::agent {
namespace {

namespace fs = std::filesystem;

constexpr TimeNs kNow = 1'700'000'000 * kSecond;
constexpr TimeNs kInterval = 10 * kSecond;

// A /proc of a test's own, into which fixture trees are laid one after the other.
class CollectorTest : public ::testing::Test {
 protected:
  CollectorTest() : proc_(fs::temp_directory_path() / ("agent_proc_" + std::to_string(::getpid()))) {
    fs::create_directories(proc_);
  }
  ~CollectorTest() override { fs::remove_all(proc_); }

  void lay(const std::string& round) {
    const fs::path fixture = fs::path(METRICSTREAM_SOURCE_DIR) / "tests/unit/agent/proc" / round;
    fs::copy(fixture, proc_, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }

  // Both rounds, an interval apart on the steady clock; the second one's samples.
  Samples second_round(Collector& collector) {
    Samples samples;
    lay("round1");
    EXPECT_TRUE(collector.collect({kNow, 0}, samples));
    samples.clear();
    lay("round2");
    // The wall clock may jump: rates go by the steady one.
    EXPECT_TRUE(collector.collect({kNow - kHour, kInterval}, samples));
    for (const auto& sample : samples) EXPECT_EQ(sample.time, kNow - kHour);
    return samples;
  }

  fs::path proc_;
};

std::optional<double> value_of(const Samples& samples, std::string_view name, const Tags& tags = {}) {
  const auto found = std::ranges::find_if(samples, [&](const Sample& s) { return s.name == name && s.tags == tags; });
  if (found == samples.end()) return std::nullopt;
  return found->value;
}

TEST_F(CollectorTest, CpuUsageIsThatOfTheInterval) {
  CpuCollector cpu{Procfs(proc_)};
  const auto samples = second_round(cpu);
  // 600 user + 100 system + 20 steal of 1420 ticks; iowait fell and counts as unchanged.
  EXPECT_DOUBLE_EQ(*value_of(samples, "cpu.usage.percent"), 100.0 * 720 / 1420);
  EXPECT_DOUBLE_EQ(*value_of(samples, "cpu.user.percent"), 100.0 * 600 / 1420);
  EXPECT_DOUBLE_EQ(*value_of(samples, "cpu.iowait.percent"), 0);
  EXPECT_DOUBLE_EQ(*value_of(samples, "cpu.usage.percent", {{"core", "0"}}), 100);
  EXPECT_DOUBLE_EQ(*value_of(samples, "cpu.usage.percent", {{"core", "1"}}), 100.0 * 20 / 720);
  EXPECT_EQ(samples.size(), 7U);
}

TEST_F(CollectorTest, TheFirstRoundOfCpuOnlyRemembers) {
  CpuCollector cpu{Procfs(proc_)};
  lay("round1");
  Samples samples;
  EXPECT_TRUE(cpu.collect({kNow, 0}, samples));
  EXPECT_TRUE(samples.empty());
}

TEST_F(CollectorTest, MemoryIsBytesAndUsedIsWhatIsNotAvailable) {
  MemoryCollector memory{Procfs(proc_)};
  const auto samples = second_round(memory);
  EXPECT_EQ(value_of(samples, "mem.total.bytes"), 16'000'000.0 * 1024);
  EXPECT_EQ(value_of(samples, "mem.used.bytes"), 6'000'000.0 * 1024);
  EXPECT_EQ(value_of(samples, "mem.used.percent"), 37.5);
  EXPECT_EQ(value_of(samples, "swap.used.bytes"), 1'000'000.0 * 1024);
  EXPECT_EQ(samples.size(), 9U);
}

TEST_F(CollectorTest, LoadHasThreeAverages) {
  LoadCollector load{Procfs(proc_)};
  const auto samples = second_round(load);
  EXPECT_EQ(value_of(samples, "load.1m"), 0.42);
  EXPECT_EQ(value_of(samples, "load.5m"), 1.5);
  EXPECT_EQ(value_of(samples, "load.15m"), 12.0);
}

TEST_F(CollectorTest, DisksAreCountedOnceAndRatesGoByTheSteadyClock) {
  DiskIoCollector disk(Procfs(proc_), {"loop*", "dm-*"});
  const auto samples = second_round(disk);
  const Tags sda{{"device", "sda"}};
  EXPECT_EQ(value_of(samples, "disk.read.bytes", sda), 100'000.0 * 512);
  EXPECT_EQ(value_of(samples, "disk.write.operations", sda), 2500.0);
  EXPECT_EQ(value_of(samples, "disk.read.bytes_per_second", sda), 20'000.0 * 512 / 10);
  EXPECT_EQ(value_of(samples, "disk.write.bytes_per_second", sda), 40'000.0 * 512 / 10);
  // The milliseconds wrapped at 2^32: 296 before, 2204 behind.
  EXPECT_EQ(value_of(samples, "disk.busy.percent", sda), 25.0);
  // This one was reset: counters go on, the rate of reads is unknown.
  const Tags nvme{{"device", "nvme0n1"}};
  EXPECT_EQ(value_of(samples, "disk.read.bytes", nvme), 400.0 * 512);
  EXPECT_FALSE(value_of(samples, "disk.read.bytes_per_second", nvme));
  EXPECT_EQ(value_of(samples, "disk.write.bytes_per_second", nvme), 0.0);
  for (const auto& sample : samples) {
    EXPECT_TRUE(sample.tags == sda || sample.tags == nvme) << sample.tags.front().second;
  }
}

TEST_F(CollectorTest, InterfacesThatCarriedSomethingAreCounted) {
  NetworkCollector network(Procfs(proc_), {"lo"});
  const auto samples = second_round(network);
  const Tags eth0{{"interface", "eth0"}};
  EXPECT_EQ(value_of(samples, "net.rx.bytes", eth0), 1'040'000.0);
  EXPECT_EQ(value_of(samples, "net.rx.errors", eth0), 1.0);
  EXPECT_EQ(value_of(samples, "net.rx.bytes_per_second", eth0), 4000.0);
  EXPECT_EQ(value_of(samples, "net.tx.bytes", eth0), 100.0);
  EXPECT_FALSE(value_of(samples, "net.tx.bytes_per_second", eth0)) << "the driver was reset";
  EXPECT_TRUE(value_of(samples, "net.rx.bytes", {{"interface", "eth0:1"}}));
  EXPECT_FALSE(value_of(samples, "net.rx.bytes", {{"interface", "lo"}}));
  EXPECT_FALSE(value_of(samples, "net.rx.bytes", {{"interface", "ifb0"}}));
}

TEST_F(CollectorTest, SpaceOfEachLocalFileSystemIsCountedAsDfDoes) {
  std::vector<std::string> asked;
  FilesystemCollector filesystem(Procfs(proc_), "/host", [&](const std::string& path) -> Result<FilesystemUsage> {
    asked.push_back(path);
    if (path != "/host/") return fail("gone");
    return FilesystemUsage{.total = 1000, .free = 400, .available = 200, .inodes = 10, .free_inodes = 9};
  });
  const auto samples = second_round(filesystem);
  EXPECT_EQ(asked, (std::vector<std::string>{"/host/", "/host/mnt/my disk", "/host/", "/host/mnt/my disk"}));
  const Tags root{{"device", "/dev/sda1"}, {"fstype", "ext4"}, {"path", "/"}};
  EXPECT_EQ(value_of(samples, "disk.used.bytes", root), 600.0);
  EXPECT_EQ(value_of(samples, "disk.free.bytes", root), 200.0);
  EXPECT_EQ(value_of(samples, "disk.used.percent", root), 75.0);
  EXPECT_EQ(value_of(samples, "disk.inodes.used.percent", root), 10.0);
  EXPECT_EQ(samples.size(), 5U);
}

TEST_F(CollectorTest, AMissingFileFailsOnlyItsOwnCollectorAndSaysWhich) {
  lay("round1");
  fs::remove(proc_ / "meminfo");
  MemoryCollector memory{Procfs(proc_)};
  Samples samples;
  const auto result = memory.collect({kNow, 0}, samples);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("meminfo: No such file"), std::string::npos) << result.error().message;
  EXPECT_TRUE(LoadCollector{Procfs(proc_)}.collect({kNow, 0}, samples));
}

TEST_F(CollectorTest, AfterAFailureRatesStartAfresh) {
  CpuCollector cpu{Procfs(proc_)};
  Samples samples;
  lay("round1");
  EXPECT_TRUE(cpu.collect({kNow, 0}, samples));
  std::ofstream(proc_ / "stat") << "cpu garbage\n";
  EXPECT_FALSE(cpu.collect({kNow, kInterval}, samples));
  lay("round2");
  EXPECT_TRUE(cpu.collect({kNow, 2 * kInterval}, samples));
  EXPECT_TRUE(samples.empty()) << "an interval of two rounds with a hole is no interval";
}

TEST_F(CollectorTest, AFileLargerThanAnyOfProcIsRefused) {
  std::ofstream(proc_ / "stat") << std::string(5U << 20U, 'x');
  const auto text = Procfs(proc_).read("stat");
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().message.find("larger than 4 MiB"), std::string::npos);
  EXPECT_FALSE(Procfs(proc_).read(".")) << "a directory is no file";
}

TEST_F(CollectorTest, OnlyWhatIsEnabledIsMeasured) {
  SystemMetrics system;
  EXPECT_EQ(make_collectors(system, proc_.string(), "/").size(), 6U) << "disk is two: I/O and space";
  system.disk = false;
  EXPECT_EQ(make_collectors(system, proc_.string(), "/").size(), 4U);
  system.enabled = false;
  EXPECT_TRUE(make_collectors(system, proc_.string(), "/").empty());
}

TEST(ThisMachine, IsMeasuredInTwoRounds) {
  const auto collectors = make_collectors({}, "/proc", "/");
  for (const TimeNs steady : {TimeNs{0}, kInterval}) {
    for (const auto& collector : collectors) {
      Samples samples;
      const auto result = collector->collect({kNow + steady, steady}, samples);
      EXPECT_TRUE(result) << collector->name() << ": " << result.error().message;
    }
  }
}

}  // namespace
}  // namespace metricstream::agent
