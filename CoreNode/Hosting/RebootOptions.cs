using CoreNode.Reboots;
using CoreNode.Windows;

namespace CoreNode.Hosting;

/// <summary>What the options say about reboots of this machine.</summary>
public sealed record RebootOptions
{
    /// <summary>The strategy, before what update.conf says; null: that counts.</summary>
    public RebootStrategy? Strategy { get; init; }

    /// <summary>When it may restart by itself, before what update.conf says; empty: that counts.</summary>
    public IReadOnlyList<MaintenanceWindow> Windows { get; init; } = [];

    /// <summary>Whose clocks the windows are by.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Local;

    /// <summary>It waits a random time up to this in its window.</summary>
    public TimeSpan Fuzz { get; init; }

    /// <summary>Group of the reboot lock; empty: the default one.</summary>
    public string Group { get; init; } = "";

    /// <summary>How long those who are logged in have.</summary>
    public TimeSpan LoginDelay { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How it restarts, unless a command is given for that.</summary>
    public RestartWay By { get; init; }

    /// <summary>Others may take the lock away after that; zero: never.</summary>
    public TimeSpan LockLimit { get; init; }
}
