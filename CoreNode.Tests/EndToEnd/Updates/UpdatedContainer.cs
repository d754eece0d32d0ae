using System.Diagnostics;
using System.Text.Json;
using CoreNode.Tests.EndToEnd.Clusters;
using CoreNode.Tests.EndToEnd.Units.Systemd;

namespace CoreNode.Tests.EndToEnd.Updates;

/// <summary>
/// A machine with a systemd and a message bus of its own, whose node runs under packaging's corenode.service and
/// updates it: the disk and the server of an <see cref="UpdatedMachine"/>, in a container and in its network.
/// Packaging's policy for D-Bus is installed, and there is a user core.
/// </summary>
internal sealed class UpdatedContainer : IAsyncDisposable
{
    /// <summary>What a call of a method of the updates' object begins with.</summary>
    public static readonly string[] Call =
        ["busctl", "call", "com.coreos.update1", "/com/coreos/update1", "com.coreos.update1.Manager"];

    // Where the machine's disk and files lie inside.
    private const string Folder = "/opt/machine";
    private const string BootId = "root/proc/sys/kernel/random/boot_id";
    private const string Policy = "com.coreos.update1.conf";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly NetworkNamespace _network = new();

    private UpdatedContainer()
    {
    }

    /// <summary>The container.</summary>
    public SystemdContainer Container { get; private set; } = null!;

    /// <summary>What is served to it.</summary>
    public UpdateServerStub Server => Machine.Server;

    private UpdatedMachine Machine { get; set; } = null!;

    /// <summary>Makes it and boots it; skips the test, and says why, where that cannot be done.</summary>
    /// <param name="rate">The node's --update-rate.</param>
    public static async Task<UpdatedContainer> StartAsync(string rate = "0")
    {
        if (NetworkNamespace.Obstacle is { } obstacle)
            Assert.Ignore(obstacle);
        UpdatedContainer made = new();
        try
        {
            made.Container = await SystemdContainer.PrepareAsync(made._network.Path);
            made.Machine = await UpdatedMachine.MakeAsync(made._network);
            await made.InstallAsync(rate);
            await made.Container.BootAsync();
            await made.UntilAsync(static now => now.GetProperty("runningVersion").GetString() == "1.0");
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>Boots it anew as its administrator would.</summary>
    public async Task RebootAsync()
    {
        await File.WriteAllTextAsync(Container.Inside($"{Folder[1..]}/{BootId}"), "test-boot-2\n");
        await Container.RebootAsync();
        await UntilAsync(static now => now.GetProperty("runningVersion").GetString() == "1.0");
    }

    /// <summary>Runs a program on it, as its root; it must succeed. Gives its standard output.</summary>
    public async Task<string> RunAsync(string program, params string[] arguments)
    {
        ProgramResult result = await Container.RunAsync(program, arguments);
        if (result.ExitCode != 0)
        {
            Assert.Fail(
                $"{program} {string.Join(' ', arguments)}: {result.Output}{result.Error}\n{await WordsAsync()}");
        }

        return result.Output;
    }

    /// <summary>The same as another user, by name or number, who may fail.</summary>
    public Task<ProgramResult> RunAsAsync(string user, params string[] words) => Container.RunAsync(
        "setpriv", [$"--reuid={user}", "--regid=65534", "--clear-groups", "--", .. words]);

    /// <summary>Orders an update and waits until a part of it is written.</summary>
    public async Task BeginAsync(double progress = 0.05)
    {
        await RunAsync(SystemdContainer.Binary, "update", "now", "--no-block");
        await UntilAsync(now => now.GetProperty("progress").GetDouble() > progress);
    }

    /// <summary>Waits until the status of updates is so. A node that does not serve is waited for.</summary>
    public async Task<JsonElement> UntilAsync(Func<JsonElement, bool> isSo)
    {
        JsonElement status = default;
        await UntilAsync(
            async () =>
            {
                ProgramResult shown = await Container.RunAsync(
                    SystemdContainer.Binary, "update", "status", "-o", "json");
                if (shown.ExitCode != 0)
                    return false;
                status = JsonDocument.Parse(shown.Output).RootElement;
                return isSo(status);
            },
            "the status of updates is so");
        return status;
    }

    /// <summary>Waits until it is so; fails with what the node has logged otherwise.</summary>
    public async Task UntilAsync(Func<Task<bool>> isSo, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!await isSo())
        {
            if (watch.Elapsed > s_patience)
                Assert.Fail($"{what}: not within {watch.Elapsed}\n{await WordsAsync()}");
            await Task.Delay(s_pause);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Container is not null)
            await Container.DisposeAsync(isAtOnce: true);
        if (Machine is not null)
            await Machine.DisposeAsync();
        _network.Dispose();
    }

    private async Task InstallAsync(string rate)
    {
        ProgramResult copied = await ProgramResult.OfAsync("cp", ["-a", Machine.Folder, Container.Inside(Folder[1..])]);
        Assert.That(copied.ExitCode, Is.Zero, copied.Error);
        // Of the container's own /, what tells that there are a systemd and a message bus.
        File.CreateSymbolicLink(Container.Inside($"{Folder[1..]}/root/run"), "/run");
        List<string> lines = ["CORENODE_NAME=n1", $"CORENODE_UPDATE_RATE={rate}"];
        IReadOnlyList<string> flags = Machine.Flags;
        for (int i = 0; i < flags.Count; i += 2)
        {
            if (flags[i] == "--unit-manager")
                continue;
            string name = flags[i][2..].Replace('-', '_').ToUpperInvariant();
            string value = flags[i + 1].Replace(Machine.Folder, Folder, StringComparison.Ordinal);
            lines.Add($"CORENODE_{name}={value}");
        }

        await File.WriteAllLinesAsync(Container.Inside("etc/default/corenode"), lines);
        File.CreateSymbolicLink(
            Container.Inside($"etc/systemd/system/multi-user.target.wants/{SystemdNode.Service}"),
            $"/etc/systemd/system/{SystemdNode.Service}");
        Directory.CreateDirectory(Container.Inside("etc/dbus-1/system.d"));
        File.Copy(Repository.File($"packaging/dbus/{Policy}"), Container.Inside($"etc/dbus-1/system.d/{Policy}"));
        await File.WriteAllTextAsync(
            Container.Inside("etc/sysusers.d/core.conf"), "u core 500 \"The user of CoreOS\" /home/core\n");
    }

    private async Task<string> WordsAsync()
    {
        if (!Container.IsRunning)
            return "it does not run";
        string[] journal = (await Container.JournalAsync(SystemdNode.Service)).Split('\n');
        return string.Join('\n', journal.TakeLast(40));
    }
}
