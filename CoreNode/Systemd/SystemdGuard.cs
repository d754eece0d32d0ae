using System.Globalization;
using System.Text;
using CoreNode.Units.Manager;

namespace CoreNode.Systemd;

/// <summary>
/// The guard where systemd runs (docs/decisions/0029): a timer of PID 1 that ends the units when the deadline is over.
/// Timer and service are transient units: PID 1 holds them in memory, so nothing of this process, its folder or the
/// message bus is needed when they fire. A renewal is a new timer, and only then the old one goes.
/// </summary>
public sealed class SystemdGuard : IUnitGuard
{
    private const string Prefix = "corenode-guard-";

    // Kill first, that is what the deadline is about. Stopping keeps Restart= from starting them again, but lets
    // ExecStop= and ExecStopPost= run: they are killed, too, until all is quiet.
    private const string Fire = """
        {
          systemctl kill --signal=SIGKILL -- "$@" 2>/dev/null
          systemctl stop --no-block --job-mode=replace-irreversibly -- "$@"
          left=500
          while [ $left -gt 0 ]; do
            systemctl kill --signal=SIGKILL -- "$@" 2>/dev/null
            busy=
            states=$(systemctl show --property=ActiveState --value -- "$@") || busy=yes
            for state in $states; do
              case $state in
                inactive | failed) ;;
                *) busy=yes ;;
              esac
            done
            [ -n "$busy" ] || exit 0
            left=$((left - 1))
            sleep 0.03
          done
          exit 1
        } </dev/null

        """;

    private static readonly TimeSpan s_fireTimeout = TimeSpan.FromMinutes(2);

    private readonly SystemdBus _bus;
    private readonly string _series;
    private readonly List<string> _armed = [];
    private bool _hasStarted;
    private ulong _startOfSystemd;
    private volatile bool _isStale = true;
    private int _count;

    /// <summary>A guard that holds nothing yet; what an earlier process armed stays armed until the first call.</summary>
    public SystemdGuard(SystemdOptions options)
    {
        // Names of this process's timers never meet those that an earlier one left.
        _series = KernelCalls.Microseconds(KernelCalls.ClockBootTime).ToString("x", CultureInfo.InvariantCulture);
        _bus = new SystemdBus(options.Addresses, "systemd guard") { OnConnected = () => _isStale = true };
    }

    /// <inheritdoc/>
    public async Task ArmAsync(IReadOnlySet<string> units, TimeSpan deadline, CancellationToken cancellation)
    {
        try
        {
            await ConnectAsync(cancellation);
            string? timer = units.Count == 0 ? null : await AddTimerAsync(units, deadline, cancellation);
            await RemoveOthersAsync(timer, cancellation);
        }
        catch (BusException failure)
        {
            throw new UnitManagerException($"units cannot be guarded by systemd: {failure.Message}", failure)
            {
                IsManagerAway = failure.IsManagerAway,
            };
        }
    }

    /// <summary>Leaves what is armed: this process may end before its units do.</summary>
    public ValueTask DisposeAsync()
    {
        _bus.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        if (!_hasStarted || !_bus.IsConnected)
            await _bus.StartAsync(cancellation);
        _hasStarted = true;
        if (!_isStale)
            return;
        // Another PID 1, or none for a while: what it holds now is asked for.
        _isStale = false;
        try
        {
            await _bus.GetAsync(
                BusMethod.ManagerPath,
                BusMethod.ManagerInterface,
                "UserspaceTimestampMonotonic",
                reader =>
                {
                    reader.Enter('v', "t"u8);
                    _startOfSystemd = reader.ReadUInt64();
                },
                cancellation);
            await FindArmedAsync(cancellation);
        }
        catch
        {
            _isStale = true;
            throw;
        }
    }

    private Task FindArmedAsync(CancellationToken cancellation) => _bus.CallAsync(
        BusMethod.ListUnitsByPatterns,
        writer =>
        {
            writer.Write((string[])[]);
            writer.Write([$"{Prefix}*.timer"]);
        },
        reader =>
        {
            _armed.Clear();
            reader.Enter('a', "(ssssssouso)"u8);
            while (reader.Enter('r', "ssssssouso"u8))
            {
                _armed.Add(reader.ReadString());
                reader.Skip("sssssouso"u8);
                reader.Exit();
            }
        },
        cancellation);

    private async Task<string> AddTimerAsync(
        IReadOnlySet<string> units, TimeSpan deadline, CancellationToken cancellation)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{_series}-{++_count}");
        string timer = $"{name}.timer";
        ulong elapse = SinceStartOfSystemd(deadline);
        byte[] script = Encoding.UTF8.GetBytes(ScriptOf(units));
        _armed.Add(timer);
        string result = await _bus.RunJobAsync(
            BusMethod.StartTransientUnit,
            writer =>
            {
                writer.Write(timer);
                writer.Write("fail");
                WriteTimer(writer, elapse);
                WriteServices(writer, $"{name}.service", script);
            },
            cancellation);
        return result == "done"
            ? timer
            : throw new UnitManagerException($"units cannot be guarded by systemd: {timer} was not started ({result})");
    }

    // PID 1's timers count from its own start, also in containers, on CLOCK_MONOTONIC. That one stands still while the
    // machine sleeps: guarded units are stopped before it does (see UnitFolder).
    private ulong SinceStartOfSystemd(TimeSpan deadline)
    {
        long left = ((long)deadline.TotalMicroseconds) - KernelCalls.Microseconds(KernelCalls.ClockBootTime);
        long at = KernelCalls.Microseconds(KernelCalls.ClockMonotonic) + left - (long)_startOfSystemd;
        return (ulong)Math.Max(1, at);
    }

    private static void WriteTimer(BusWriter writer, ulong elapse)
    {
        writer.Open('a', "(sv)"u8);
        writer.WriteProperty("Description", "Lease of fenced units of the cluster");
        // At a shutdown the timer must outlast the units, which may take long to stop.
        writer.WriteProperty("DefaultDependencies", false);
        writer.WriteProperty("IgnoreOnIsolate", true);
        writer.WriteProperty("CollectMode", "inactive-or-failed");
        writer.WriteProperty("RemainAfterElapse", false);
        writer.WriteProperty("AccuracyUSec", 1);
        writer.Open('r', "sv"u8);
        writer.Write("TimersMonotonic");
        writer.Open('v', "a(st)"u8);
        writer.Open('a', "(st)"u8);
        writer.Open('r', "st"u8);
        writer.Write("OnStartupSec");
        writer.Write(elapse);
        writer.Close();
        writer.Close();
        writer.Close();
        writer.Close();
        writer.Close();
    }

    // By standard input, which systemd keeps as bytes: what systemd 252 writes of a transient unit's command line it
    // does not read back as it was ("\$", "\;"), so that after a daemon-reload a script there is another one.
    private static string ScriptOf(IReadOnlySet<string> units)
    {
        StringBuilder script = new("set --");
        foreach (string unit in units.Order(StringComparer.Ordinal))
        {
            if (unit.Contains('\'', StringComparison.Ordinal))
                throw new UnitManagerException($"{unit} is no name of a unit, it cannot be guarded");
            script.Append(" '").Append(unit).Append('\'');
        }

        return script.Append('\n').Append(Fire).ToString();
    }

    private static void WriteServices(BusWriter writer, string service, byte[] script)
    {
        writer.Open('a', "(sa(sv))"u8);
        writer.Open('r', "sa(sv)"u8);
        writer.Write(service);
        writer.Open('a', "(sv)"u8);
        writer.WriteProperty("Description", "Ends units of the cluster whose lease is over");
        writer.WriteProperty("DefaultDependencies", false);
        writer.WriteProperty("IgnoreOnIsolate", true);
        writer.WriteProperty("CollectMode", "inactive-or-failed");
        writer.WriteProperty("Type", "oneshot");
        writer.WriteProperty("TimeoutStartUSec", (ulong)s_fireTimeout.TotalMicroseconds);
        // Beside all slices and before them: what the units do to the machine must not keep it from running.
        writer.WriteProperty("Slice", "-.slice");
        writer.WriteProperty("CPUWeight", 10000);
        writer.WriteProperty("StandardInput", "data");
        writer.WriteProperty("StandardInputData", script);
        writer.Open('r', "sv"u8);
        writer.Write("ExecStart");
        writer.Open('v', "a(sasb)"u8);
        writer.Open('a', "(sasb)"u8);
        writer.Open('r', "sasb"u8);
        writer.Write("/bin/sh");
        writer.Write(["/bin/sh"]);
        writer.Write(false);
        writer.Close();
        writer.Close();
        writer.Close();
        writer.Close();
        writer.Close();
        writer.Close();
        writer.Close();
    }

    // Not waited for: one that fires now ends units whose deadline was over.
    private async Task RemoveOthersAsync(string? kept, CancellationToken cancellation)
    {
        for (int i = _armed.Count - 1; i >= 0; i--)
        {
            string timer = _armed[i];
            if (timer == kept)
                continue;
            try
            {
                await _bus.CallAsync(
                    BusMethod.StopUnit,
                    writer =>
                    {
                        writer.Write(timer);
                        writer.Write("replace");
                    },
                    null,
                    cancellation);
            }
            catch (BusException gone) when (gone.IsUnknownUnit)
            {
                // It has elapsed.
            }

            _armed.Remove(timer);
        }
    }
}
