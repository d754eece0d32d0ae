using System.Text;
using CoreNode.Units.Manager;

namespace CoreNode.Systemd;

/// <summary>The two transient units of the guard, as arguments of StartTransientUnit.</summary>
internal static class GuardUnits
{
    /// <summary>All of the guard's units have names that begin so.</summary>
    public const string Prefix = "corenode-guard-";

    /// <summary>End of the name of what ends units.</summary>
    public const string FireSuffix = "-fire.service";

    private const int UserSignal = 10;
    private const int WarningLevel = 4;

    // Of both scripts. First nothing new may begin, then the kernel kills whole control groups: writes that the shell
    // does itself, no process is started and nobody is asked. Units lie in slices, wherever PID 1 has its own group.
    private const string Common = """
        root=
        while IFS=: read -r number kind path; do
          [ -n "$kind" ] || root=${path%/init.scope}
        done </proc/1/cgroup
        end() {
          found=
          for unit do
            for top in "/sys/fs/cgroup$root" "/sys/fs/cgroup/unified$root"; do
              for group in "$top/$unit" "$top"/*.slice/"$unit" "$top"/*.slice/*.slice/"$unit" \
                  "$top"/*.slice/*.slice/*.slice/"$unit"; do
                [ -e "$group/cgroup.kill" ] || continue
                found=yes
                echo 1 >"$group/cgroup.kill"
              done
            done
          done
        } 2>/dev/null
        over() {
          { true >LEASE_OVER; } 2>/dev/null
          end "$@"
        }

        """;

    // Waits, already started, for the watchdog's signal. Then it kills, and goes on killing what Restart= and
    // ExecStopPost= start, until PID 1 has given up the units, or the watchdog's patience is over; its end calls the
    // other one, whatever the reason is.
    private const string Hold = """
        fire() {
          over "$@"
          systemctl stop --no-block --job-mode=replace-irreversibly -- "$@" &
          while end "$@"; [ -n "$found" ]; do
            sleep 0.01
          done
          exit 1
        } </dev/null
        trap 'fire "$@"' USR1
        sleep infinity &
        while :; do
          wait
        done

        """;

    // Kills as well, for whatever ended the first one, by PID 1 where there is no control group that can be found.
    // Stopping keeps Restart= from starting units again, but lets ExecStop= and ExecStopPost= run: they are killed,
    // too, until all is quiet.
    private const string Fire = """
        {
          over "$@"
          systemctl stop --no-block --job-mode=replace-irreversibly -- "$@"
          left=500
          while [ $left -gt 0 ]; do
            end "$@"
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
            end "$@"
            sleep 0.03
          done
          exit 1
        } </dev/null

        """;

    // PID 1's timers may be late by as much again.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_fireTimeout = TimeSpan.FromMinutes(2);

    /// <summary>The script that holds the deadline of these units, and the one that it calls.</summary>
    // By standard input, which systemd keeps as bytes: what systemd 252 writes of a transient unit's command line it
    // does not read back as it was ("\$", "\;"), so that after a daemon-reload a script there is another one.
    public static (byte[] Hold, byte[] Fire) Scripts(IReadOnlySet<string> units)
    {
        StringBuilder head = new("set --");
        foreach (string unit in units.Order(StringComparer.Ordinal))
        {
            if (unit.Contains('\'', StringComparison.Ordinal))
                throw new UnitManagerException($"{unit} is no name of a unit, it cannot be guarded");
            head.Append(" '").Append(unit).Append('\'');
        }

        head.Append('\n').Append(Common.Replace("LEASE_OVER", UnitFolder.LeaseOver, StringComparison.Ordinal));
        return (Encoding.UTF8.GetBytes($"{head}{Hold}"), Encoding.UTF8.GetBytes($"{head}{Fire}"));
    }

    /// <summary>
    /// Name, mode, properties of the holder, and the unit that it calls for; urgent: they may come before all others,
    /// which is a privilege of PID 1.
    /// </summary>
    public static void Write(
        BusWriter writer, string name, ulong watchdogMicroseconds, (byte[] Hold, byte[] Fire) scripts, bool isUrgent)
    {
        writer.Write($"{name}.service");
        writer.Write("fail");
        writer.Open('a', "(sv)"u8);
        WriteCommon(writer, "Lease of fenced units of the cluster");
        writer.WriteProperty("Type", "exec");
        writer.WriteProperty("NotifyAccess", "main");
        writer.WriteProperty("WatchdogUSec", watchdogMicroseconds);
        writer.WriteProperty("WatchdogSignal", UserSignal);
        writer.WriteProperty("TimeoutStopUSec", (ulong)s_patience.TotalMicroseconds);
        writer.WriteProperty("OOMScoreAdjust", -1000);
        // Not a line each time that the set of guarded units changes; that it fires is a warning.
        writer.WriteProperty("LogLevelMax", WarningLevel);
        writer.WriteProperty("OnFailure", [$"{name}{FireSuffix}"]);
        WriteScript(writer, scripts.Hold, isUrgent);
        writer.Close();
        writer.Open('a', "(sa(sv))"u8);
        writer.Open('r', "sa(sv)"u8);
        writer.Write($"{name}{FireSuffix}");
        writer.Open('a', "(sv)"u8);
        WriteCommon(writer, "Ends units of the cluster whose lease is over");
        writer.WriteProperty("Type", "oneshot");
        writer.WriteProperty("TimeoutStartUSec", (ulong)s_fireTimeout.TotalMicroseconds);
        WriteScript(writer, scripts.Fire, isUrgent);
        writer.Close();
        writer.Close();
        writer.Close();
    }

    private static void WriteCommon(BusWriter writer, string description)
    {
        writer.WriteProperty("Description", description);
        // At a shutdown the guard must outlast the units, which may take long to stop.
        writer.WriteProperty("DefaultDependencies", false);
        writer.WriteProperty("IgnoreOnIsolate", true);
        writer.WriteProperty("CollectMode", "inactive-or-failed");
    }

    // Beside all slices and before them: what the units do to the machine must not keep it from running. Not in real
    // time: where the kernel gives groups a budget of that, systemd's groups have none, and it would not start.
    private static void WriteScript(BusWriter writer, byte[] script, bool isUrgent)
    {
        const string shell = "/bin/sh";
        writer.WriteProperty("Slice", "-.slice");
        writer.WriteProperty("CPUWeight", 10000UL);
        if (isUrgent)
            writer.WriteProperty("Nice", -20);
        writer.WriteProperty("StandardInput", "data");
        writer.WriteProperty("StandardInputData", script);
        writer.Open('r', "sv"u8);
        writer.Write("ExecStart");
        writer.Open('v', "a(sasb)"u8);
        writer.Open('a', "(sasb)"u8);
        writer.Open('r', "sasb"u8);
        writer.Write(shell);
        writer.Write((string[])[shell]);
        writer.Write(false);
        writer.Close();
        writer.Close();
        writer.Close();
        writer.Close();
    }
}
