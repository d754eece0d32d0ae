using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using CoreNode.Reboots.Service.Ports;

namespace CoreNode.Hosting.Reboots;

/// <summary>People on this machine: logind's sessions, told by wall(1).</summary>
/// <param name="root">In whose place of / they are looked up.</param>
internal sealed class MachineLogins(string root) : ILogins
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task<string> WarnAsync(string why, TimeSpan time, CancellationToken cancellation)
    {
        string names = Names(Path.Combine(root, "run/systemd/sessions"));
        if (names.Length == 0)
            return "";
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"This machine restarts in {Math.Ceiling(time.TotalMinutes)} minutes: {why}. "
                + $"Keep it with: corenode reboot cancel");
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        try
        {
            using Process wall = Process.Start(new ProcessStartInfo("wall", [text]))!;
            await wall.WaitForExitAsync(limit.Token);
        }
        catch (Exception silent) when (silent is Win32Exception or OperationCanceledException)
        {
            // They have their time all the same.
            cancellation.ThrowIfCancellationRequested();
        }

        return names;
    }

    /// <summary>Who has a session there; empty for nobody.</summary>
    internal static string Names(string folder)
    {
        if (!Directory.Exists(folder))
            return "";
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            if (file.EndsWith(".ref", StringComparison.Ordinal))
                continue;
            string user = "";
            bool isPerson = false;
            bool isClosing = false;
            foreach (string line in ReadLines(file))
            {
                if (line.StartsWith("USER=", StringComparison.Ordinal))
                    user = line[5..];
                isPerson |= line == "CLASS=user";
                isClosing |= line == "STATE=closing";
            }

            if (isPerson && !isClosing && user.Length > 0)
                names.Add(user);
        }

        return string.Join(", ", names);
    }

    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (FileNotFoundException)
        {
            // The session has just ended.
            return [];
        }
    }
}
