using System.Diagnostics;
using System.Globalization;
using System.Text;
using CoreNode.Provision.Applying;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision.Applying;

/// <summary>How long 500 files take, until they are on the disk; target: a second.</summary>
[TestFixture, Explicit, Category("Benchmark"), NonParallelizable]
internal sealed class ApplyBenchmark
{
    private const int Files = 500;
    private const int Folders = 25;
    private const int Passes = 7;

    [Test]
    public void Five_hundred_files_are_on_the_disk_within_a_second()
    {
        List<double> fresh = [];
        List<double> replaced = [];
        List<double> read = [];
        TimeSpan before = Environment.CpuUsage.TotalTime;
        for (int pass = 0; pass < Passes; pass++)
        {
            using ScratchRoot scratch = new();
            scratch.Folder("/etc");
            fresh.Add(Seconds(scratch, "first", out _));
            replaced.Add(Seconds(scratch, "second", out double reading));
            read.Add(reading);
        }

        double processor = (Environment.CpuUsage.TotalTime - before).TotalSeconds / (2 * Passes);
        TestContext.Out.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Files} files in {Folders} new folders: {Median(fresh):F3} s; replaced: {Median(replaced):F3} s, ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"of it reading facts: {Median(read):F3} s; processor time of one run {processor:F3} s"));
        Assert.That(Median(fresh), Is.LessThan(1));
        Assert.That(Median(replaced), Is.LessThan(1));
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private static double Seconds(ScratchRoot scratch, string text, out double reading)
    {
        using MachineRoot root = scratch.Open();
        List<string> paths = [];
        for (int i = 0; i < Files; i++)
            paths.Add(string.Create(CultureInfo.InvariantCulture, $"/etc/d{i % Folders}/f{i}"));
        Stopwatch watch = Stopwatch.StartNew();
        IReadOnlyDictionary<string, PathFact> facts = root.Read(paths);
        reading = watch.Elapsed.TotalSeconds;
        List<Change> changes = [];
        for (int i = 0; i < Folders; i++)
            changes.Add(new PutFolder($"/etc/d{i.ToString(CultureInfo.InvariantCulture)}", 0x1ED, 0, 0, "test"));
        byte[] content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, 2048 / text.Length)));
        foreach (string path in paths)
            changes.Add(new PutFile(path, content, 0x1A4, 0, 0, facts[path], "test"));
        root.Apply(changes, static _ => { });
        return watch.Elapsed.TotalSeconds;
    }
}
