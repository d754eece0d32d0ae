using System.Globalization;
using System.Text;
using CoreNode.Boot.Model;
using CoreNode.Platform;

namespace CoreNode.Boot;

/// <summary>
/// What the boot stage tells: on the console and in the kernel's log, by plain writes, since nothing of the runtime's
/// console is there yet; and when each step was done.
/// </summary>
internal sealed class BootConsole
{
    private const string LogFile = "/dev/kmsg";
    private const string LevelsFile = "/proc/sys/kernel/printk";

    // The kernel's levels: what is worth a warning also shows on its other consoles, the rest in dmesg alone.
    private const int Warning = 4;
    private const int Detail = 7;

    private readonly List<BootStep> _steps = [];
    private int _log = -1;
    private bool _isShownByKernel;

    /// <summary>The steps so far.</summary>
    public IReadOnlyList<BootStep> Steps => _steps;

    /// <summary>Milliseconds since the machine was started.</summary>
    public static double NowMs => BootClock.Now(BootClock.Instance).TotalMilliseconds;

    /// <summary>Writes to the kernel's log too from now on.</summary>
    public void OpenLog()
    {
        _log = BootSystem.TryOpen(LogFile, writes: true);
        // Only what is below the first number comes to the kernel's consoles by itself.
        string levels = File.Exists(LevelsFile) ? File.ReadAllText(LevelsFile) : "";
        _isShownByKernel = _log >= 0 && levels.Length > 0 && levels[0] - '0' > Warning;
    }

    /// <summary>Remembers that something is done now.</summary>
    public void Did(string step) => _steps.Add(new BootStep(step, NowMs));

    /// <summary>Says a line.</summary>
    public void Say(string line) => Write(line, Detail);

    /// <summary>Says a line that somebody should read.</summary>
    public void Warn(string line) => Write(line, Warning);

    /// <summary>Writes text to the console alone.</summary>
    public static void Print(string text) =>
        BootSystem.Write(1, Encoding.UTF8.GetBytes(text.Replace("\n", "\r\n", StringComparison.Ordinal)));

    private void Write(string line, int level)
    {
        if (level > Warning || !_isShownByKernel)
            Print($"corenode: {line}\n");
        if (_log >= 0)
        {
            BootSystem.Write(_log, Encoding.UTF8.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"<{level}>corenode: {line}\n")));
        }
    }
}
