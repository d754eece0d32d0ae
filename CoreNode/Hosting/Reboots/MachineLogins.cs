using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using CoreNode.Reboots.Service.Ports;

namespace CoreNode.Hosting.Reboots;

/// <summary>People on this machine: logind's sessions and utmp's logins, told by wall(1).</summary>
/// <param name="root">In whose place of / they are looked up.</param>
internal sealed class MachineLogins(string root) : ILogins
{
    private static readonly TimeSpan s_fewMinutes = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task<string> WarnAsync(string why, TimeSpan time, CancellationToken cancellation)
    {
        string names = Names(Path.Combine(root, "run"));
        if (names.Length == 0)
            return "";
        string left = time < s_fewMinutes
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} seconds")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalMinutes)} minutes");
        string text = $"This machine restarts in {left}: {why}. Keep it with: corenode reboot cancel";
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

    /// <summary>Who is logged in by what lies below that /run; empty for nobody.</summary>
    internal static string Names(string run)
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        AddSessions(Path.Combine(run, "systemd/sessions"), names);
        LoginRecords.AddUsers(Path.Combine(run, "utmp"), names);
        return string.Join(", ", names);
    }

    private static void AddSessions(string folder, SortedSet<string> names)
    {
        if (!Directory.Exists(folder))
            return;
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
