using System.Diagnostics;

namespace CoreNode.Tests.EndToEnd.Provision;

/// <summary>
/// A machine with a systemd of its own that provisions itself at each boot by packaging's corenode-provision.service,
/// from a file. Owned by one test.
/// </summary>
internal sealed class ProvisionedContainer : IAsyncDisposable
{
    /// <summary>Its unit.</summary>
    public const string Unit = "corenode-provision.service";

    private const string UserData = "/etc/user-data";
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly SystemdContainer _machine;

    private ProvisionedContainer(SystemdContainer machine) => _machine = machine;

    /// <summary>The container.</summary>
    public SystemdContainer Machine => _machine;

    /// <summary>Makes one that has that user data; it does not run yet.</summary>
    public static async Task<ProvisionedContainer> PrepareAsync(string userData)
    {
        SystemdContainer machine = await SystemdContainer.PrepareAsync();
        try
        {
            string wants = machine.Inside("etc/systemd/system/multi-user.target.wants");
            File.CreateSymbolicLink(Path.Combine(wants, Unit), $"/etc/systemd/system/{Unit}");
            string dropIns = machine.Inside($"etc/systemd/system/{Unit}.d");
            Directory.CreateDirectory(dropIns);
            await File.WriteAllTextAsync(Path.Combine(dropIns, "from.conf"), $"""
                [Service]
                ExecStart=
                ExecStart={SystemdContainer.Binary} config apply --boot --from file={UserData}

                """);
            ProvisionedContainer made = new(machine);
            await made.GiveAsync(userData);
            return made;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives it other user data.</summary>
    public Task GiveAsync(string userData) => File.WriteAllTextAsync(_machine.Inside(UserData[1..]), userData);

    /// <summary>Starts it, and waits until it has provisioned itself.</summary>
    public async Task BootAsync()
    {
        await _machine.BootAsync();
        await ProvisionedAsync();
    }

    /// <summary>The same of a reboot.</summary>
    public async Task RebootAsync()
    {
        await _machine.RebootAsync();
        await ProvisionedAsync();
    }

    /// <summary>Applies what it has been given once more, by hand.</summary>
    public Task<ProgramResult> ApplyAsync() => _machine.RunAsync(
        SystemdContainer.Binary, "config", "apply", "--from", $"file={UserData}");

    /// <summary>Runs a line of shell in it; what it prints.</summary>
    public async Task<string> ShellAsync(string line)
    {
        ProgramResult result = await _machine.RunAsync("/bin/bash", "-c", line);
        Assert.That(result.ExitCode, Is.Zero, $"{line}: {result.Output}{result.Error}\n{await JournalAsync()}");
        return result.Output.TrimEnd('\n');
    }

    /// <summary>What the unit has said in all boots.</summary>
    public Task<string> JournalAsync() => _machine.JournalAsync(Unit);

    /// <summary>Polls until a line of shell succeeds.</summary>
    public async Task UntilAsync(string line)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while ((await _machine.RunAsync("/bin/bash", "-c", line)).ExitCode != 0)
        {
            if (watch.Elapsed > s_deadline)
                Assert.Fail($"not so: {line}\n{await JournalAsync()}");
            await Task.Delay(50);
        }
    }

    public ValueTask DisposeAsync() => _machine.DisposeAsync(isAtOnce: true);

    private async Task ProvisionedAsync()
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            string state = (await _machine.RunAsync("systemctl", "is-active", Unit)).Output.Trim();
            if (state == "active")
                return;
            if (state == "failed" || watch.Elapsed > s_deadline)
                Assert.Fail($"{Unit} is {state}\n{await JournalAsync()}");
            await Task.Delay(50);
        }
    }
}
