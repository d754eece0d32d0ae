using System.Globalization;
using System.Text;
using CoreNode.RebootLock;

namespace CoreNode.Cli.Locks;

/// <summary>The lock in text and in JSON.</summary>
internal static class LockText
{
    /// <summary>The lock as a sentence names it.</summary>
    public static string Name(string group) => group.Length == 0 ? "the lock" : $"the lock of group {group}";

    /// <summary>Who holds it, in a line.</summary>
    public static string Holders(LockStatus status)
    {
        StringBuilder text = new();
        foreach (LockHolder holder in status.Holders)
        {
            text.Append(text.Length > 0 ? ", " : "").Append(holder.Id);
            if (holder.Since is { } since)
                text.Append(" since ").Append(Time(since));
            if (holder.Reason.Length > 0)
                text.Append(" (").Append(holder.Reason).Append(')');
        }

        return text.ToString();
    }

    /// <summary>The lock for people.</summary>
    public static void Write(
        CliSession session, string group, LockStatus status, IReadOnlyList<HolderMachine> machines)
    {
        TextWriter output = session.Host.Output;
        int held = status.Holders.Count;
        string left = status.Free < 0
            ? string.Create(CultureInfo.InvariantCulture, $"{-status.Free} more than may")
            : string.Create(CultureInfo.InvariantCulture, $"{status.Free} free");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Name(group)}: {held} of {status.Max} held, {left}"));
        if (held == 0)
            return;
        output.WriteLine();
        List<string[]> rows = [];
        DateTimeOffset now = session.Host.Time.GetUtcNow();
        foreach (LockHolder holder in status.Holders)
        {
            rows.Add([
                holder.Id,
                holder.Since is { } since ? $"{Time(since)} ({Ago(now - since)})" : "not known",
                holder.Reason.Length > 0 ? holder.Reason : "-",
                holder.ReleaseAt is { } end ? Time(end) : "by hand",
                machines[rows.Count].Why,
            ]);
        }

        TextTable.Write(session, ["HOLDER", "SINCE", "WHY", "RELEASED", "MACHINE"], rows);
    }

    /// <summary>Releases that stopped at a machine on which they went back, for people.</summary>
    public static void WriteFailed(CliSession session, string group, IReadOnlyList<FailedRelease> releases)
    {
        string option = group.Length > 0 ? $" --group {group}" : "";
        foreach (FailedRelease one in releases)
        {
            if (one.IsAllowed)
                continue;
            string why = one.Why.Length > 0 ? $" ({one.Why})" : "";
            session.Host.Output.WriteLine(
                $"stopped: {one.Version} went back on {one.Machine} at {Time(one.At)}{why}; no other machine restarts "
                + $"into it: corenode lock allow {one.Version}{option}");
        }
    }

    /// <summary>The lock for programs.</summary>
    /// <param name="group">Its group.</param>
    /// <param name="status">How it stands.</param>
    /// <param name="machines">Whether the holders are there; null: not told.</param>
    /// <param name="releases">Releases that went back; null: not told.</param>
    public static string Json(
        string group, LockStatus status, IReadOnlyList<HolderMachine>? machines = null,
        IReadOnlyList<FailedRelease>? releases = null)
    {
        StringBuilder text = new("{\"group\":");
        EtcdJson.AppendString(text, group);
        text.Append(
            CultureInfo.InvariantCulture,
            $",\"free\":{status.Free},\"max\":{status.Max},\"index\":{status.Index},\"holders\":[");
        for (int i = 0; i < status.Holders.Count; i++)
        {
            LockHolder holder = status.Holders[i];
            text.Append(i > 0 ? ",{\"id\":" : "{\"id\":");
            EtcdJson.AppendString(text, holder.Id);
            text.Append(",\"since\":");
            AppendTime(text, holder.Since);
            text.Append(",\"reason\":");
            EtcdJson.AppendString(text, holder.Reason);
            text.Append(",\"releaseAt\":");
            AppendTime(text, holder.ReleaseAt);
            if (machines is not null)
            {
                text.Append(",\"machine\":\"").Append(machines[i].Word).Append("\",\"lastHeard\":");
                AppendTime(text, holder.Heard);
            }

            text.Append('}');
        }

        text.Append(']');
        if (releases is not null)
            AppendReleases(text, releases);
        return text.Append('}').ToString();
    }

    /// <summary>A moment as all lock commands show it.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>How long ago, in the largest unit that fits.</summary>
    public static string Ago(TimeSpan span)
    {
        if (span < TimeSpan.FromMinutes(1))
            return "now";
        (double count, string unit) = span.TotalHours < 1 ? (span.TotalMinutes, "m")
            : span.TotalDays < 2 ? (span.TotalHours, "h")
            : (span.TotalDays, "d");
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(count)}{unit} ago");
    }

    private static void AppendReleases(StringBuilder text, IReadOnlyList<FailedRelease> releases)
    {
        text.Append(",\"failed\":[");
        for (int i = 0; i < releases.Count; i++)
        {
            FailedRelease one = releases[i];
            text.Append(i > 0 ? ",{\"release\":" : "{\"release\":");
            EtcdJson.AppendString(text, one.Version);
            text.Append(",\"machine\":");
            EtcdJson.AppendString(text, one.Machine);
            text.Append(",\"at\":");
            AppendTime(text, one.At);
            text.Append(",\"why\":");
            EtcdJson.AppendString(text, one.Why);
            text.Append(one.IsAllowed ? ",\"allowed\":true}" : ",\"allowed\":false}");
        }

        text.Append(']');
    }

    private static void AppendTime(StringBuilder text, DateTimeOffset? time)
    {
        if (time is { } known)
            text.Append('"').Append(Time(known)).Append('"');
        else
            text.Append("null");
    }
}
