using System.Text;
using CoreNode.Foundation;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Faults;

/// <summary>
/// What a node finds when it starts again: everything after SIGTERM, and damage that it must not hide. Alone on the
/// machine: that it stops within a second under load is a promise.
/// </summary>
[TestFixture, Category("Fault"), Category("Native"), NonParallelizable]
internal sealed class StoppedNodeTests
{
    private static readonly TimeSpan _exitDeadline = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Terminating_under_load_takes_less_than_a_second_and_loses_nothing()
    {
        await using ServerProcess node = await NodeProcess.StartAsync();
        LoadModel model = new();
        LoadWriter[] writers =
            [.. Enumerable.Range(0, 8).Select(i => new LoadWriter(LoadKind.Registers, i, model, new Prng((ulong)i)))];
        bool stopping = false;
        using (LoadClient client = new(node.Url))
        {
            model.Judge(await client.ReadAllAsync());
            Task writing = Task.WhenAll(writers.Select(
                w => w.RunAsync(client, 0, TimeSpan.Zero, () => Volatile.Read(ref stopping))));
            await Task.WhenAny(writing, Task.Delay(500));
            Volatile.Write(ref stopping, true);
            (int code, TimeSpan elapsed) = await node.StopAsync();
            await writing;
            Assert.That(code, Is.Zero, node.StandardError);
            Assert.That(elapsed, Is.LessThan(TimeSpan.FromSeconds(1)));
        }
        await node.RestartAsync();
        using LoadClient after = new(node.Url);
        model.Judge(await after.ReadAllAsync());
        Assert.That(model.AcknowledgedCount, Is.Positive);
        Assert.That(model.TakeViolations(), Is.Empty);
    }

    [Test]
    public async Task A_damaged_log_stops_the_node_with_its_name_and_offset()
    {
        await using ServerProcess node = await NodeProcess.StartAsync();
        await FillAsync(node);
        await node.KillAsync();
        (string file, long offset) = Find(Path.Combine(node.DataFolder, "raft", "wal"), "needle-50");
        Flip(file, offset + 3);
        await AssertRefusedAsync(node, file);
    }

    [Test]
    public async Task A_damaged_snapshot_stops_the_node_with_its_name_and_offset()
    {
        await using ServerProcess node = await NodeProcess.StartAsync("--snapshot-count", "20");
        await FillAsync(node);
        await node.StopAsync();
        string newest = Directory.EnumerateFiles(Path.Combine(node.DataFolder, "raft", "snap"), "*.snap")
            .Order(StringComparer.Ordinal).Last();
        Flip(newest, new FileInfo(newest).Length / 2);
        await AssertRefusedAsync(node, newest);
    }

    private static async Task FillAsync(ServerProcess node)
    {
        using HttpClient http = new() { BaseAddress = new Uri(node.Url) };
        for (int i = 0; i < 100; i++)
        {
            using FormUrlEncodedContent form = new([KeyValuePair.Create("value", $"needle-{i}-")]);
            (await http.PutAsync($"/v2/keys/fill/{i}", form)).EnsureSuccessStatusCode().Dispose();
        }
    }

    private static async Task AssertRefusedAsync(ServerProcess node, string file)
    {
        byte[] damaged = await File.ReadAllBytesAsync(file);
        node.Launch();
        int code = await node.WaitForExitAsync(_exitDeadline);
        Assert.That(code, Is.EqualTo(1), node.StandardError);
        Assert.That(node.StandardError, Does.Contain(file));
        Assert.That(node.StandardError, Does.Contain("offset"));
        Assert.That(await File.ReadAllBytesAsync(file), Is.EqualTo(damaged), "a damaged file was changed");
    }

    private static (string File, long Offset) Find(string folder, string text)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            int at = File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));
            if (at >= 0)
                return (file, at);
        }
        throw new FileNotFoundException($"no file in {folder} holds '{text}'");
    }

    private static void Flip(string file, long offset)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = offset;
        int value = stream.ReadByte();
        stream.Position = offset;
        stream.WriteByte((byte)(value ^ 0x10));
    }
}
