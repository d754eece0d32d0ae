using System.Globalization;

namespace CoreNode.Tests.EndToEnd.Units.Systemd;

/// <summary>
/// A singleton whose supervisor is killed, stopped or cut off: PID 1 ends the copy there before another one runs. Each
/// copy writes the wall clock down while it runs, which is one clock for all containers.
/// </summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class SystemdSingletonTests
{
    private const string Name = "only.service";
    private const string Log = "/var/log/copies";

    // It resists: it ignores the signal, and its file lets it take as long as it likes.
    private const string Script = """
        #!/bin/bash
        trap '' TERM
        exec 3<> <(:)
        while :; do
          echo "$EPOCHREALTIME $CORENODE_FENCING_TOKEN" >>/var/log/copies
          read -r -t 0.01 -u 3
        done

        """;

    private const string Text = """
        [Service]
        ExecStart=/bin/bash /opt/copy
        TimeoutStopSec=infinity

        [X-Fleet]
        Singleton=yes

        """;

    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(10);

    private SystemdCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await SystemdCluster.StartAsync(lease: "10s");
        foreach (SystemdNode node in _cluster.Nodes)
            await File.WriteAllTextAsync(node.Container.Inside("opt/copy"), Script);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [TearDown]
    public async Task CleanAsync()
    {
        _cluster.Heal();
        foreach (SystemdNode node in _cluster.Nodes)
        {
            await node.SystemctlAsync("kill", "--signal=SIGCONT", "--kill-who=main", SystemdNode.Service);
            await node.SystemctlAsync("start", SystemdNode.Service);
        }

        await _cluster.UntilWholeAsync();
        // It ends by force only.
        foreach (SystemdNode node in _cluster.Nodes)
            await node.Container.RunAsync("systemctl", "kill", "--signal=SIGKILL", Name);
        await _cluster.ClearAsync();
        foreach (SystemdNode node in _cluster.Nodes)
            File.Delete(node.Container.Inside(Log[1..]));
        // At most one machine a minute is emptied by one leader.
        await _cluster.HandOverAsync();
    }

    [Test]
    public Task Its_supervisor_is_killed_and_does_not_come_back() => RunAsync(
        async node =>
        {
            string folder = node.Container.OfRunning($"/run/systemd/system/{SystemdNode.Service}.d");
            Directory.CreateDirectory(folder);
            await File.WriteAllTextAsync($"{folder}/test.conf", "[Service]\nRestart=no\n");
            await node.SystemctlAsync("daemon-reload");
            await node.SystemctlAsync("kill", "--signal=SIGKILL", "--kill-who=main", SystemdNode.Service);
        },
        async node =>
        {
            Directory.Delete(node.Container.OfRunning($"/run/systemd/system/{SystemdNode.Service}.d"), true);
            await node.SystemctlAsync("daemon-reload");
            await node.SystemctlAsync("start", SystemdNode.Service);
        });

    [Test]
    public Task Its_supervisor_is_stopped_and_goes_on_later() => RunAsync(
        static node => node.SystemctlAsync("kill", "--signal=SIGSTOP", "--kill-who=main", SystemdNode.Service),
        static node => node.SystemctlAsync("kill", "--signal=SIGCONT", "--kill-who=main", SystemdNode.Service));

    [Test]
    public Task Its_machine_is_cut_off_and_comes_back() => RunAsync(
        node =>
        {
            _cluster.Cut(node);
            return Task.CompletedTask;
        },
        _ =>
        {
            _cluster.Heal();
            return Task.CompletedTask;
        });

    // On a machine that does not lead the store, so that what is waited for is the lease alone.
    private async Task RunAsync(Func<SystemdNode, Task> attack, Func<SystemdNode, Task> end)
    {
        SystemdNode leader = await _cluster.LeaderAsync();
        SystemdNode node = _cluster.Nodes.First(n => n != leader);
        foreach (SystemdNode other in _cluster.Nodes.Where(n => n != node))
            await leader.CorenodeAsync("machine", "cordon", other.MachineId);
        await leader.CorenodeAsync("unit", "start", "--wait", "30", leader.Write(Name, Text));
        foreach (SystemdNode other in _cluster.Nodes.Where(n => n != node))
            await leader.CorenodeAsync("machine", "uncordon", other.MachineId);
        Assert.That(await _cluster.UntilActiveAsync(Name), Is.EqualTo(new[] { node.Number }));
        await _cluster.UntilAsync(() => Task.FromResult(CopiesOf(node).Count == 1), "it writes");

        await attack(node);
        double attacked = Now();
        await _cluster.UntilAsync(
            () => Task.FromResult(_cluster.Nodes.Any(n => n != node && CopiesOf(n).Count > 0)), "it runs elsewhere");
        await end(node);
        await _cluster.UntilWholeAsync();
        // One that was away knows of it later than the others.
        foreach (SystemdNode asked in _cluster.Nodes)
        {
            await _cluster.UntilAsync(
                async () => await _cluster.ActiveOnAsync(Name, asked) is [var now] && now != node.Number,
                $"it is active elsewhere, as n{asked.Number} knows");
        }

        Copy[] copies = [.. _cluster.Nodes.SelectMany(CopiesOf).OrderBy(static copy => copy.First)];
        Assert.That(copies, Has.Length.EqualTo(2), string.Join('\n', copies.AsEnumerable()));
        TestContext.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"ended {copies[0].Last - attacked:0.00} s after the attack, began elsewhere after "
            + $"{copies[1].First - attacked:0.00} s: nobody ran for {copies[1].First - copies[0].Last:0.00} s"));
        Assert.That(copies[0].Last, Is.LessThan(copies[1].First), "one copy at a time");
        Assert.That(copies[1].Token, Is.GreaterThan(copies[0].Token));
        Assert.That(copies[0].Last - attacked, Is.LessThan(s_lease.TotalSeconds), "it ended within the lease");
    }

    private static double Now() => (DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds;

    // A line may be half written.
    private static List<Copy> CopiesOf(SystemdNode node)
    {
        Dictionary<ulong, Copy> copies = [];
        string file = node.Container.Inside(Log[1..]);
        foreach (string line in File.Exists(file) ? File.ReadAllText(file).Split('\n')[..^1] : [])
        {
            string[] words = line.Split(' ');
            double at = double.Parse(words[0], CultureInfo.InvariantCulture);
            ulong token = ulong.Parse(words[1], CultureInfo.InvariantCulture);
            copies[token] = copies.TryGetValue(token, out Copy? copy)
                ? copy with { Last = at }
                : new Copy(node.Number, token, at, at);
        }

        return [.. copies.Values];
    }

    private sealed record Copy(int Node, ulong Token, double First, double Last);
}
