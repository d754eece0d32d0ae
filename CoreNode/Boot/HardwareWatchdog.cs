namespace CoreNode.Boot;

/// <summary>
/// The machine's watchdog, from the first second on: fed at each step, by nobody else, so that a step that hangs ends
/// in a reset. It is never stopped: whoever comes after goes on with it.
/// </summary>
internal sealed class HardwareWatchdog
{
    private const string Device = "/dev/watchdog0";
    private const int LimitSeconds = 60;

    // WDIOF_CARDRESET, WDIOC_GETBOOTSTATUS, WDIOC_SETTIMEOUT and WDIOC_KEEPALIVE of linux/watchdog.h.
    private const int CardReset = 0x20;
    private const nuint GetBootStatus = 0x80045702;
    private const nuint SetTimeout = 0xC0045706;
    private const nuint KeepAlive = 0x80045705;

    private int _file = -1;

    /// <summary>True if there is one.</summary>
    public bool IsThere => _file >= 0;

    /// <summary>True if it was this that restarted the machine; not every kind knows.</summary>
    public bool DidReset { get; private set; }

    /// <summary>Opens it, which starts it; nothing happens without one.</summary>
    public void TryOpen()
    {
        if (_file >= 0)
            return;
        try
        {
            _file = BootSystem.TryOpen(Device, writes: true);
        }
        catch (IOException)
        {
            // Somebody else has it: then it is not for us.
            return;
        }

        if (_file < 0)
            return;
        byte[] status = new byte[4];
        DidReset = BootSystem.Control(_file, GetBootStatus, status) == 0
            && (BitConverter.ToInt32(status) & CardReset) != 0;
        byte[] limit = BitConverter.GetBytes(LimitSeconds);
        // One that has a limit of its own keeps that.
        _ = BootSystem.Control(_file, SetTimeout, limit);
        Feed();
    }

    /// <summary>Says that the machine lives.</summary>
    public void Feed()
    {
        if (_file >= 0)
            _ = BootSystem.Control(_file, KeepAlive, new byte[4]);
    }
}
