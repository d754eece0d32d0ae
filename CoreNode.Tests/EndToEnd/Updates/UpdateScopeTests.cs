using System.Globalization;
using System.Text.Json;
using CoreNode.Tests.EndToEnd.Units.Systemd;
using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>Where the process that writes an update runs under systemd, and how it ends.</summary>
[TestFixture, Category("EndToEnd"), Category("Native"), CancelAfter(300_000)]
internal sealed class UpdateScopeTests
{
    private const string Prefix = "corenode-update-worker-";
    private const string Suffix = ".scope";

    private UpdatedContainer _machine = null!;

    [SetUp]
    public async Task SetUp() => _machine = await UpdatedContainer.StartAsync(rate: "3000000");

    [TearDown]
    public async Task TearDown()
    {
        if (_machine is not null)
            await _machine.DisposeAsync();
    }

    [Test]
    public async Task It_has_a_scope_of_its_own_with_little_weight_and_the_scope_goes_with_it()
    {
        await _machine.BeginAsync();
        (string scope, int pid) = await WorkerAsync();
        Dictionary<string, string> shown = (await _machine.RunAsync(
                "systemctl", "show", scope, "-p",
                "ActiveState,CPUWeight,IOWeight,MemoryHigh,ControlGroup,Slice,Description"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Split('=', 2)).ToDictionary(static pair => pair[0], static pair => pair[1]);
        string group = shown["ControlGroup"];
        Assert.Multiple(() =>
        {
            Assert.That(shown["ActiveState"], Is.EqualTo("active"));
            Assert.That(shown["CPUWeight"], Is.EqualTo("10"));
            Assert.That(shown["IOWeight"], Is.EqualTo("10"));
            Assert.That(shown["MemoryHigh"], Is.EqualTo("268435456"));
            Assert.That(shown["Slice"], Is.EqualTo("system.slice"));
            Assert.That(group, Is.EqualTo($"/system.slice/{scope}"));
            Assert.That(shown["Description"], Is.EqualTo("Fetches and writes an update"));
        });
        Assert.That(await _machine.RunAsync("cat", $"/proc/{pid}/cgroup"), Does.Contain($":{group}\n"));
        string members = await _machine.RunAsync("cat", $"/sys/fs/cgroup{group}/cgroup.procs");
        Assert.That(members.Trim(), Is.EqualTo(pid.ToString(CultureInfo.InvariantCulture)), "nothing else is in it");
        await CheckWeightAsync($"/sys/fs/cgroup{group}/cpu.weight", "10");
        await CheckWeightAsync($"/sys/fs/cgroup{group}/io.weight", "default 10");
        CheckPriorities(pid);
        Assert.That((await _machine.RunAsync("cat", $"/proc/{pid}/oom_score_adj")).Trim(), Is.EqualTo("500"));

        await UntilStageAsync("need-reboot");
        await UntilGoneAsync(pid);
        string words = await _machine.Container.JournalAsync(SystemdNode.Service);
        Assert.That(words, Does.Match($"{Prefix}[0-9]+\\{Suffix}"), "the log says where it runs");
    }

    [Test]
    public async Task A_node_that_is_killed_takes_it_along_and_the_update_goes_on_with_the_node()
    {
        await _machine.BeginAsync(progress: 0.3);
        (_, int pid) = await WorkerAsync();
        string before = await MainPidAsync();
        int fetched = _machine.Server.FetchedFrom.Count;
        await _machine.RunAsync("systemctl", "kill", "--signal=SIGKILL", "--kill-who=main", SystemdNode.Service);
        await UntilGoneAsync(pid);
        await _machine.UntilAsync(
            async () => await MainPidAsync() is var now && now != "0" && now != before,
            "systemd starts the node again");
        await UntilStageAsync("idle", "available", "downloading", "need-reboot");
        await _machine.Container.RunAsync(SystemdContainer.Binary, "update", "now", "--no-block");
        await UntilStageAsync("need-reboot");
        Assert.That(_machine.Server.FetchedFrom.Skip(fetched).Max(), Is.GreaterThan(1 << 20), "it went on");
    }

    [Test]
    public async Task A_node_that_is_stopped_has_ended_it()
    {
        await _machine.BeginAsync();
        (_, int pid) = await WorkerAsync();
        await _machine.RunAsync("systemctl", "stop", SystemdNode.Service);
        Assert.That(Lives(pid), Is.False);
        await UntilGoneAsync(pid);
    }

    [Test]
    public async Task A_machine_that_is_shut_down_meanwhile_goes_on_after_its_boot()
    {
        await _machine.BeginAsync(progress: 0.3);
        await WorkerAsync();
        await _machine.RebootAsync();
        JsonElement status = await UntilStageAsync("idle", "available", "downloading");
        // systemd ends scopes and services at once: whose end was first must make no difference.
        JsonElement last = status.GetProperty("lastFailure");
        Assert.That(
            last.ValueKind == JsonValueKind.Null || last.GetProperty("code").GetInt32() == (int)UpdateError.Interrupted,
            Is.True, status.ToString());
        await _machine.Container.RunAsync(SystemdContainer.Binary, "update", "now", "--no-block");
        await UntilStageAsync("need-reboot");
        Assert.That(_machine.Server.Events, Has.None.StartsWith("3:0"), "no error is told to the server");
    }

    private async Task<(string Scope, int Pid)> WorkerAsync()
    {
        string[] scopes = [];
        // The one before, which read the metadata, may be there for a moment.
        await _machine.UntilAsync(async () => (scopes = await ScopesAsync()).Length == 1, "one scope");
        int pid = int.Parse(scopes[0][Prefix.Length..^Suffix.Length], CultureInfo.InvariantCulture);
        Assert.That(Lives(pid), Is.True);
        return (scopes[0], pid);
    }

    // Also those that have failed.
    private async Task<string[]> ScopesAsync() =>
    [
        .. (await _machine.RunAsync(
                "systemctl", "list-units", "--all", "--plain", "--no-legend", "--full", $"{Prefix}*{Suffix}"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]),
    ];

    private bool Lives(int pid) => Directory.Exists(_machine.Container.OfRunning($"/proc/{pid}"));

    private Task UntilGoneAsync(int pid) => _machine.UntilAsync(
        async () => !Lives(pid) && !(await ScopesAsync()).Any(one => one == $"{Prefix}{pid}{Suffix}"),
        "the process and its scope are gone");

    private Task<JsonElement> UntilStageAsync(params string[] stages) => _machine.UntilAsync(
        now => stages.Contains(now.GetProperty("stage").GetString()));

    private async Task<string> MainPidAsync() =>
        (await _machine.RunAsync("systemctl", "show", "-P", "MainPID", SystemdNode.Service)).Trim();

    // Only where the kernel gives the container that controller.
    private async Task CheckWeightAsync(string file, string weight)
    {
        ProgramResult read = await _machine.Container.RunAsync("cat", file);
        if (read.ExitCode == 0)
            Assert.That(read.Output.Trim(), Is.EqualTo(weight), file);
        else
            TestContext.Out.WriteLine($"not judged, there is no {file} here");
    }

    private void CheckPriorities(int pid)
    {
        string[] threads = Directory.GetDirectories(_machine.Container.OfRunning($"/proc/{pid}/task"));
        Assert.That(threads, Is.Not.Empty);
        foreach (string thread in threads)
        {
            string stat;
            try
            {
                stat = File.ReadAllText(Path.Combine(thread, "stat"));
            }
            catch (IOException)
            {
                // It has ended meanwhile.
                continue;
            }

            string name = stat[(stat.IndexOf('(') + 1)..stat.LastIndexOf(')')];
            // Field 19 of proc(5), counted from the third on.
            Assert.That(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], Is.EqualTo("19"), name);
        }
    }
}
