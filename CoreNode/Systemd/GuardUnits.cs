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

    private const int KillSignal = 9;
    private const int WarningLevel = 4;

    // First nothing new may begin, which takes no time. Kill then, that is what the deadline is about. Stopping keeps
    // Restart= from starting them again, but lets ExecStop= and ExecStopPost= run: they are killed, too, until all is
    // quiet.
    private const string Fire = """
        {
          ( : >LEASE_OVER ) 2>/dev/null
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

    /// <summary>The script that ends these units.</summary>
    // By standard input, which systemd keeps as bytes: what systemd 252 writes of a transient unit's command line it
    // does not read back as it was ("\$", "\;"), so that after a daemon-reload a script there is another one.
    public static byte[] Script(IReadOnlySet<string> units)
    {
        StringBuilder script = new("set --");
        foreach (string unit in units.Order(StringComparer.Ordinal))
        {
            if (unit.Contains('\'', StringComparison.Ordinal))
                throw new UnitManagerException($"{unit} is no name of a unit, it cannot be guarded");
            script.Append(" '").Append(unit).Append('\'');
        }

        string fire = Fire.Replace("LEASE_OVER", UnitFolder.LeaseOver, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(script.Append('\n').Append(fire).ToString());
    }

    /// <summary>
    /// Name, mode, properties of the holder, and the unit that it calls for; urgent: that one may come before all
    /// others, which is a privilege of PID 1.
    /// </summary>
    public static void Write(BusWriter writer, string name, ulong watchdogMicroseconds, byte[] script, bool isUrgent)
    {
        writer.Write($"{name}.service");
        writer.Write("fail");
        writer.Open('a', "(sv)"u8);
        WriteCommon(writer, "Lease of fenced units of the cluster");
        writer.WriteProperty("Type", "exec");
        writer.WriteProperty("NotifyAccess", "main");
        writer.WriteProperty("WatchdogUSec", watchdogMicroseconds);
        writer.WriteProperty("WatchdogSignal", KillSignal);
        writer.WriteProperty("OOMScoreAdjust", -1000);
        // Not a line each time that the set of guarded units changes; that it fires is a warning.
        writer.WriteProperty("LogLevelMax", WarningLevel);
        writer.WriteProperty("OnFailure", [$"{name}{FireSuffix}"]);
        WriteCommand(writer, "/bin/sleep", "infinity");
        writer.Close();
        writer.Open('a', "(sa(sv))"u8);
        writer.Open('r', "sa(sv)"u8);
        writer.Write($"{name}{FireSuffix}");
        writer.Open('a', "(sv)"u8);
        WriteCommon(writer, "Ends units of the cluster whose lease is over");
        writer.WriteProperty("Type", "oneshot");
        writer.WriteProperty("TimeoutStartUSec", (ulong)s_fireTimeout.TotalMicroseconds);
        // Beside all slices and before them: what the units do to the machine must not keep it from running.
        writer.WriteProperty("Slice", "-.slice");
        writer.WriteProperty("CPUWeight", 10000UL);
        if (isUrgent)
            writer.WriteProperty("Nice", -20);
        writer.WriteProperty("StandardInput", "data");
        writer.WriteProperty("StandardInputData", script);
        WriteCommand(writer, "/bin/sh");
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

    private static void WriteCommand(BusWriter writer, params string[] command)
    {
        writer.Open('r', "sv"u8);
        writer.Write("ExecStart");
        writer.Open('v', "a(sasb)"u8);
        writer.Open('a', "(sasb)"u8);
        writer.Open('r', "sasb"u8);
        writer.Write(command[0]);
        writer.Write(command);
        writer.Write(false);
        writer.Close();
        writer.Close();
        writer.Close();
        writer.Close();
    }
}
