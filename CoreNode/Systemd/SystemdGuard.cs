using System.Globalization;
using CoreNode.Units.Manager;

namespace CoreNode.Systemd;

/// <summary>
/// The guard where systemd runs (docs/decisions/0029): a service that only sleeps, whose watchdog PID 1 keeps. Each
/// renewal resets that watchdog, on behalf of the sleeper, to the new deadline; when it is over, PID 1 wakes the
/// sleeper, which kills the units, and when that one ends, for whatever reason, starts another service that ends them
/// for good. Both are transient units, which PID 1 holds in memory: nothing of this process, its folder or the message
/// bus is needed then. A renewal is one datagram and leaves no line in the journal.
/// </summary>
public sealed class SystemdGuard : IUnitGuard
{
    private const int MostAttempts = 5;

    // PID 1 lets watchdogs fire up to that much later than they are set.
    private static readonly TimeSpan s_accuracy = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_attemptPause = TimeSpan.FromMilliseconds(20);

    private readonly SystemdOptions _options;
    private readonly SystemdBus _bus;
    private readonly string _series;
    private readonly List<string> _armed = [];
    private Holder? _current;
    private volatile bool _isStale = true;
    private int _count;

    /// <summary>
    /// A guard that holds nothing yet; what an earlier process armed stays armed until the first call.
    /// </summary>
    public SystemdGuard(SystemdOptions options)
    {
        _options = options;
        // Names of this process's services never meet those that an earlier one left.
        _series = KernelCalls.Microseconds(KernelCalls.ClockBootTime).ToString("x", CultureInfo.InvariantCulture);
        _bus = new SystemdBus(options.Addresses, "systemd guard") { OnConnected = () => _isStale = true };
    }

    /// <inheritdoc/>
    public async Task ArmAsync(IReadOnlySet<string> units, TimeSpan deadline, CancellationToken cancellation)
    {
        try
        {
            await ConnectAsync(cancellation);
            // Before it is armed: if that takes too long, the one before acts, and says so again.
            if (File.Exists(_options.Root + UnitFolder.LeaseOver))
                File.Delete(_options.Root + UnitFolder.LeaseOver);
            if (units.Count == 0)
                _current = null;
            else if (_current is null || !_current.Units.SetEquals(units) || !await RenewAsync(deadline, cancellation))
                _current = await AddAsync(units, deadline, cancellation);
            await RemoveOthersAsync(_current?.Name, cancellation);
        }
        catch (Exception failure) when (failure is BusException or IOException)
        {
            throw new UnitManagerException($"units cannot be guarded by systemd: {failure.Message}", failure)
            {
                IsManagerAway = failure is BusException { IsManagerAway: true },
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
        if (!_bus.IsConnected)
            await _bus.StartAsync(cancellation);
        if (!_isStale)
            return;
        // Another connection, perhaps another process before: what PID 1 holds now is asked for.
        _isStale = false;
        try
        {
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
            writer.Write([$"{GuardUnits.Prefix}*.service"]);
        },
        reader =>
        {
            _armed.Clear();
            reader.Enter('a', "(ssssssouso)"u8);
            while (reader.Enter('r', "ssssssouso"u8))
            {
                string name = reader.ReadString();
                if (!name.EndsWith(GuardUnits.FireSuffix, StringComparison.Ordinal))
                    _armed.Add(name);
                reader.Skip("sssssouso"u8);
                reader.Exit();
            }

            if (_current is not null && !_armed.Contains(_current.Name))
                _current = null;
        },
        cancellation);

    private async Task<Holder> AddAsync(
        IReadOnlySet<string> units, TimeSpan deadline, CancellationToken cancellation)
    {
        (byte[] Hold, byte[] Fire) scripts = GuardUnits.Scripts(units);
        string name = string.Create(CultureInfo.InvariantCulture, $"{GuardUnits.Prefix}{_series}-{++_count}");
        _armed.Add($"{name}.service");
        string result = await _bus.RunJobAsync(
            BusMethod.StartTransientUnit,
            writer => GuardUnits.Write(writer, name, Left(deadline), scripts, MayHurry()),
            cancellation);
        if (result != "done")
            throw new IOException($"{name}.service was not started ({result})");
        Holder holder = new($"{name}.service", units.ToHashSet(StringComparer.Ordinal));
        await ReadAsync(holder, cancellation);
        // Time may have passed between writing and starting.
        if (!holder.IsHeld || !holder.IsUntil(LastMoment(deadline)))
        {
            _current = holder;
            if (!await RenewAsync(deadline, cancellation))
                throw new IOException($"{name}.service did not stay: {holder.State}");
        }

        return holder;
    }

    // Asked for without the capability, the service would not start.
    private bool MayHurry()
    {
        const int niceCapability = 23;
        const string field = "CapEff:";
        foreach (string line in File.ReadLines(_options.Root + "/proc/1/status"))
        {
            if (line.StartsWith(field, StringComparison.Ordinal))
            {
                ulong effective = ulong.Parse(
                    line.AsSpan(field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                return (effective & (1UL << niceCapability)) != 0;
            }
        }

        return false;
    }

    // Whether PID 1 itself says that the deadline is kept now, and no later one.
    private async Task<bool> RenewAsync(TimeSpan deadline, CancellationToken cancellation)
    {
        Holder holder = _current!;
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (attempt > 0)
                await Task.Delay(s_attemptPause, cancellation);
            if (holder.MainPid == 0)
                await ReadAsync(holder, cancellation);
            ulong before = holder.Until;
            // The time that is left is counted from when PID 1 reads it: a message that was late is sent again.
            bool isSent = Notification.Send(
                _options.Root + "/run/systemd/notify", _options.OwnPid(holder.MainPid),
                string.Create(CultureInfo.InvariantCulture, $"WATCHDOG_USEC={Left(deadline)}\nWATCHDOG=1"));
            await ReadAsync(holder, cancellation);
            if (!isSent || !holder.IsHeld)
                return false;
            if (holder.Until != before && holder.IsUntil(LastMoment(deadline)))
                return true;
        }

        return false;
    }

    private async Task ReadAsync(Holder holder, CancellationToken cancellation)
    {
        string path = UnitPath.Of(holder.Name);
        const string service = "org.freedesktop.systemd1.Service";
        await Task.WhenAll(
            _bus.GetAsync(
                BusMethod.ManagerPath, BusMethod.ManagerInterface, "ServiceWatchdogs",
                reader =>
                {
                    reader.Enter('v', "b"u8);
                    holder.AreWatchdogsOn = reader.ReadBool();
                },
                cancellation),
            _bus.GetAsync(
                path, "org.freedesktop.systemd1.Unit", "ActiveState",
                reader =>
                {
                    reader.Enter('v', "s"u8);
                    holder.State = reader.ReadString();
                },
                cancellation),
            _bus.GetAsync(
                path, service, "MainPID",
                reader =>
                {
                    reader.Enter('v', "u"u8);
                    holder.MainPid = (int)reader.ReadUInt32();
                },
                cancellation),
            _bus.GetAsync(
                path, service, "WatchdogTimestampMonotonic", reader => holder.ReadReset(reader), cancellation),
            _bus.GetAsync(path, service, "WatchdogUSec", reader => holder.ReadLength(reader), cancellation));
        if (!holder.AreWatchdogsOn)
            throw new IOException("watchdogs of services are switched off (systemctl service-watchdogs yes)");
    }

    // Microseconds until the watchdog must be over; 0 would switch it off.
    private static ulong Left(TimeSpan deadline)
    {
        TimeSpan left = deadline - s_accuracy
            - TimeSpan.FromMicroseconds(KernelCalls.Microseconds(KernelCalls.ClockBootTime));
        return (ulong)Math.Max(1, left.Ticks / TimeSpan.TicksPerMicrosecond);
    }

    // On CLOCK_MONOTONIC, PID 1's. That one stands still while the machine sleeps: guarded units are stopped before it
    // does (see UnitFolder).
    private static ulong LastMoment(TimeSpan deadline)
    {
        long left = (deadline.Ticks / TimeSpan.TicksPerMicrosecond)
            - KernelCalls.Microseconds(KernelCalls.ClockBootTime);
        return (ulong)Math.Max(0, KernelCalls.Microseconds(KernelCalls.ClockMonotonic) + left)
            - (ulong)(s_accuracy.Ticks / TimeSpan.TicksPerMicrosecond);
    }

    // Not waited for: one that fires now ends units whose deadline was over.
    private async Task RemoveOthersAsync(string? kept, CancellationToken cancellation)
    {
        for (int i = _armed.Count - 1; i >= 0; i--)
        {
            string holder = _armed[i];
            if (holder == kept)
                continue;
            try
            {
                await _bus.CallAsync(
                    BusMethod.StopUnit,
                    writer =>
                    {
                        writer.Write(holder);
                        writer.Write("replace");
                    },
                    null,
                    cancellation);
            }
            catch (BusException gone) when (gone.IsUnknownUnit)
            {
                // It has fired.
            }

            _armed.Remove(holder);
        }
    }

    // A sleeping service and what PID 1 says of it.
    private sealed class Holder(string name, HashSet<string> units)
    {
        // A message may take that long to PID 1 until it counts as late.
        private const ulong ToleranceMicroseconds = 50_000;

        private ulong _reset;
        private ulong _length;

        public string Name => name;

        public HashSet<string> Units => units;

        public int MainPid { get; set; }

        public string State { get; set; } = "";

        public bool AreWatchdogsOn { get; set; }

        public bool IsHeld => State == "active" && MainPid > 0;

        /// <summary>Moment of CLOCK_MONOTONIC at which the watchdog is over.</summary>
        public ulong Until => unchecked(_reset + _length);

        public bool IsUntil(ulong moment) => Until <= moment + ToleranceMicroseconds;

        public void ReadReset(BusReader reader)
        {
            reader.Enter('v', "t"u8);
            _reset = reader.ReadUInt64();
        }

        public void ReadLength(BusReader reader)
        {
            reader.Enter('v', "t"u8);
            _length = reader.ReadUInt64();
        }
    }
}
