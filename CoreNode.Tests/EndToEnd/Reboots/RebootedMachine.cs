using System.Globalization;

namespace CoreNode.Tests.EndToEnd.Reboots;

/// <summary>
/// A machine in a folder: the command that restarts it notes that it was asked, and its boot is the test's to change.
/// </summary>
internal sealed class RebootedMachine : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly int _number;
    private int _boot;

    public RebootedMachine(int number)
    {
        _number = number;
        Directory.CreateDirectory(_folder.File("root/proc/sys/kernel/random"));
        Directory.CreateDirectory(_folder.File("root/run"));
        File.WriteAllText(Script, $"#!/bin/sh\necho yes >> {Mark}\n");
        File.SetUnixFileMode(Script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Boot();
    }

    /// <summary>Its id, and so the holder of the lock.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{_number:x32}");

    /// <summary>What its node is started with.</summary>
    public IReadOnlyList<string> Flags =>
    [
        "--update-root", _folder.File("root"), "--machine-id", Id, "--reboot-command", Script, "--unit-manager",
        "embedded",
    ];

    /// <summary>True once it was asked to restart in this boot.</summary>
    public bool IsGoingDown => File.Exists(Mark);

    private string Mark => _folder.File("asked");

    private string Script => _folder.File("reboot");

    private string Sentinel => _folder.File("root/run/reboot-required");

    /// <summary>Something on it wants a restart.</summary>
    public void Want() => File.WriteAllText(Sentinel, "");

    /// <summary>It comes up anew: /run is empty then.</summary>
    public void Boot()
    {
        File.Delete(Sentinel);
        File.Delete(Mark);
        File.WriteAllText(
            _folder.File("root/proc/sys/kernel/random/boot_id"),
            string.Create(CultureInfo.InvariantCulture, $"boot-{_number}-{++_boot}\n"));
    }

    public void Dispose() => _folder.Dispose();
}
