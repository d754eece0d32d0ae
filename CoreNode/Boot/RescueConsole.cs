using CoreNode.Boot.Model;

namespace CoreNode.Boot;

/// <summary>
/// The last place: says what failed and what can be done, and takes a few words. Restarts the machine when nobody
/// presses a key for ten minutes, since what failed may have been the moment's.
/// </summary>
internal sealed class RescueConsole(BootConsole console, HardwareWatchdog watchdog)
{
    private const int LookMs = 5_000;
    private const double LongestSilenceMs = 600_000;

    private const string Help =
        "  show         what failed, again\n"
        + "  try A        start slot A (or B), whatever its bits say\n"
        + "  unsigned A   the same, also if nobody who is trusted signed it\n"
        + "  log          the kernel's messages\n"
        + "  reboot       restart through the firmware\n"
        + "  poweroff     switch off\n";

    /// <summary>Talks until somebody decides, or nobody does.</summary>
    public RescueWish Talk(string summary, IReadOnlyList<SlotFailure> failures)
    {
        Show(summary, failures);
        double last = BootConsole.NowMs;
        string line = "";
        BootConsole.Print("> ");
        while (BootConsole.NowMs - last < LongestSilenceMs)
        {
            watchdog.Feed();
            string? read = BootSystem.Read(0, LookMs);
            if (read is null)
            {
                // Nobody can ever press a key there.
                BootSystem.Rest(LookMs);
                continue;
            }

            if (read.Length == 0)
                continue;
            last = BootConsole.NowMs;
            line += read.Replace('\r', '\n');
            for (int end = line.IndexOf('\n'); end >= 0; end = line.IndexOf('\n'))
            {
                string words = line[..end].Trim();
                line = line[(end + 1)..];
                if (Judge(words, summary, failures) is { } wish)
                    return wish;
                BootConsole.Print("> ");
            }
        }

        console.Warn("nobody pressed a key for ten minutes: restarting");
        return new RescueWish(RescueWishKind.Reboot, null);
    }

    private RescueWish? Judge(string words, string summary, IReadOnlyList<SlotFailure> failures)
    {
        switch (words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            case []:
                return null;
            case ["try", var slot]:
                return new RescueWish(RescueWishKind.Try, slot);
            case ["unsigned", var slot]:
                return new RescueWish(RescueWishKind.TryUnsigned, slot);
            case ["reboot"]:
                return new RescueWish(RescueWishKind.Reboot, null);
            case ["poweroff"]:
                return new RescueWish(RescueWishKind.PowerOff, null);
            case ["show"]:
                Show(summary, failures);
                return null;
            case ["log"]:
                PrintLog();
                return null;
            default:
                BootConsole.Print(Help);
                return null;
        }
    }

    private void Show(string summary, IReadOnlyList<SlotFailure> failures)
    {
        console.Warn($"rescue: {summary}");
        foreach (SlotFailure failure in failures)
            console.Warn($"  {failure}");
        BootConsole.Print(
            "What can be done: start a slot by hand, or start from another medium and write the disk anew with\n"
            + "`corenode install`, or the slot with `corenode update apply`. Where STATE cannot be used, a slot that\n"
            + "is started by hand keeps nothing and leaves STATE as it is, for you to look at it (fsck.ext4).\n"
            + $"Without a key the machine restarts after ten minutes.\n{Help}");
    }

    // The kernel's messages, oldest first, as /dev/kmsg has them: "level,number,time,flags;text".
    private static void PrintLog()
    {
        int log = BootCalls.Open("/dev/kmsg", 0x800, 0);
        if (log < 0)
            return;
        while (BootSystem.Read(log, 0) is { Length: > 0 } entry)
        {
            string text = entry[(entry.IndexOf(';', StringComparison.Ordinal) + 1)..];
            BootConsole.Print(text.Split('\n')[0] + "\n");
        }

        _ = BootCalls.Close(log);
    }
}
