using CoreNode.Units.Manager;

namespace CoreNode.Systemd;

/// <summary>
/// Units of the machine itself, as systemctl orders them: none of the cluster's. One connection, made by the first
/// call. Whoever orders may wait for the end, or only have systemd note the order, which it then carries out when the
/// unit's own order of starting allows it. Any thread.
/// </summary>
/// <param name="options">Which systemd.</param>
public sealed class SystemUnits(SystemdOptions options) : IDisposable
{
    private const string UnitInterface = "org.freedesktop.systemd1.Unit";

    private readonly SystemdBus _bus = new(options.Addresses, "systemd provision");

    /// <summary>Has systemd read all unit files again (daemon-reload).</summary>
    /// <exception cref="IOException">It cannot be reached, or did not do it.</exception>
    public Task ReloadAsync(CancellationToken cancellation) => CallAsync(
        "its unit files cannot be read again", bus => bus.CallAsync(BusMethod.Reload, null, null, cancellation),
        cancellation);

    /// <summary>"active", "inactive", "failed", "activating" …; "inactive" also of what it does not know.</summary>
    /// <exception cref="IOException">It cannot be reached.</exception>
    public async Task<string> FindStateAsync(string unit, CancellationToken cancellation)
    {
        string state = "inactive";
        await CallAsync(
            $"{unit} cannot be asked for",
            bus => bus.GetAsync(
                UnitPath.Of(unit), UnitInterface, "ActiveState",
                reader =>
                {
                    reader.Enter('v', "s"u8);
                    state = reader.ReadString();
                    reader.Exit();
                },
                cancellation),
            cancellation);
        return state;
    }

    /// <summary>Orders something of a unit.</summary>
    /// <param name="verb">
    /// start, stop, restart, reload, try-restart, reload-or-restart, reload-or-try-restart.
    /// </param>
    /// <param name="unit">The unit's name.</param>
    /// <param name="waits">False: it is enough that systemd has taken the order.</param>
    /// <param name="cancellation">Gives up waiting; the order stands.</param>
    /// <exception cref="IOException">It was not done, and why.</exception>
    public Task RunAsync(string verb, string unit, bool waits, CancellationToken cancellation) => OrderAsync(
        Method(verb), unit, $"{verb} {unit}", waits,
        writer =>
        {
            writer.Write(unit);
            writer.Write("replace");
        },
        cancellation);

    /// <summary>
    /// Runs a program as a transient service of that name, in the environment of /etc/environment; its output is in the
    /// journal.
    /// </summary>
    /// <exception cref="IOException">It was not started, or (where that is waited for) ended with an error.</exception>
    public Task RunProgramAsync(
        string unit, string description, string program, bool waits, CancellationToken cancellation) => OrderAsync(
        BusMethod.StartTransientUnit, unit, $"run {unit}", waits,
        writer =>
        {
            writer.Write(unit);
            writer.Write("replace");
            writer.Open('a', "(sv)"u8);
            writer.WriteProperty("Description", description);
            writer.WriteProperty("Type", "oneshot");
            // Gone once it has ended, so that the same script can run again.
            writer.WriteProperty("CollectMode", "inactive-or-failed");
            writer.WriteProperty("WorkingDirectory", "/");
            WriteEnvironment(writer);
            WriteProgram(writer, program);
            writer.Close();
            writer.Open('a', "(sa(sv))"u8);
            writer.Close();
        },
        cancellation);

    /// <inheritdoc/>
    public void Dispose() => _bus.Dispose();

    private static BusMethod Method(string verb) => verb switch
    {
        "start" => BusMethod.StartUnit,
        "stop" => BusMethod.StopUnit,
        "restart" => BusMethod.RestartUnit,
        "reload" => BusMethod.ReloadUnit,
        "try-restart" => BusMethod.TryRestartUnit,
        "reload-or-restart" => BusMethod.ReloadOrRestartUnit,
        "reload-or-try-restart" => BusMethod.ReloadOrTryRestartUnit,
        _ => throw new ArgumentOutOfRangeException(nameof(verb), verb, "systemd has no such order"),
    };

    private static void WriteEnvironment(BusWriter writer)
    {
        writer.Open('r', "sv"u8);
        writer.Write("EnvironmentFiles");
        writer.Open('v', "a(sb)"u8);
        writer.Open('a', "(sb)"u8);
        writer.Open('r', "sb"u8);
        writer.Write("/etc/environment");
        writer.Write(true);
        writer.Close();
        writer.Close();
        writer.Close();
        writer.Close();
    }

    private static void WriteProgram(BusWriter writer, string program)
    {
        writer.Open('r', "sv"u8);
        writer.Write("ExecStart");
        writer.Open('v', "a(sasb)"u8);
        writer.Open('a', "(sasb)"u8);
        writer.Open('r', "sasb"u8);
        writer.Write(program);
        writer.Write((string[])[program]);
        writer.Write(false);
        writer.Close();
        writer.Close();
        writer.Close();
        writer.Close();
    }

    private Task OrderAsync(
        BusMethod method, string unit, string what, bool waits, BusWrite write, CancellationToken cancellation) =>
        CallAsync(
            what,
            async bus =>
            {
                if (!waits)
                {
                    await bus.CallAsync(method, write, static reader => reader.ReadString('o'), cancellation);
                    return;
                }

                string result = await bus.RunJobAsync(method, write, cancellation);
                // "skipped": the order does not fit what the unit is, such as try-restart of one that does not run.
                if (result is not ("done" or "skipped"))
                    throw new IOException($"{what}: {Reason(result)}; see `journalctl -u {unit}`");
            },
            cancellation);

    private async Task CallAsync(string what, Func<SystemdBus, Task> call, CancellationToken cancellation)
    {
        try
        {
            if (!_bus.IsConnected)
                await _bus.StartAsync(cancellation);
            await call(_bus);
        }
        catch (Exception refused) when (refused is BusException or UnitManagerException)
        {
            throw new IOException($"{what}: {refused.Message}", refused);
        }
    }

    private static string Reason(string result) => result switch
    {
        JobTable.Gone => "systemd was lost meanwhile, so nobody knows",
        "canceled" => "another order came instead of it",
        "timeout" => "it took longer than the unit's limit",
        "dependency" => "a unit that it needs could not be started",
        _ => $"systemd says {result}",
    };
}
