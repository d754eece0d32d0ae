using System.Globalization;
using System.Text;
using CoreNode.Api.Wire;
using CoreNode.Updates.Desk;

namespace CoreNode.Api.Updates;

/// <summary>What the desk tells, as JSON on one line with its line feed. Pure.</summary>
internal static class UpdateJson
{
    /// <summary>The status.</summary>
    public static JsonBuffer Of(UpdateStatusView view)
    {
        JsonBuffer json = new(1024);
        Text(json, "{\"stage\":"u8, view.Stage);
        Text(json, ",\"status\":"u8, view.Status);
        json.Raw(",\"progress\":"u8);
        json.Raw(Encoding.ASCII.GetBytes(Share(view.Progress).ToString("0.######", CultureInfo.InvariantCulture)));
        Number(json, ",\"bytesDone\":"u8, view.BytesDone);
        Number(json, ",\"bytesTotal\":"u8, view.BytesTotal);
        Text(json, ",\"runningVersion\":"u8, view.RunningVersion);
        Text(json, ",\"runningSlot\":"u8, view.RunningSlot);
        Text(json, ",\"newVersion\":"u8, view.NewVersion);
        Text(json, ",\"newSlot\":"u8, view.NewSlot);
        Number(json, ",\"newSize\":"u8, view.NewSize);
        Text(json, ",\"source\":"u8, view.Source);
        Number(json, ",\"lastChecked\":"u8, view.LastChecked);
        Text(json, ",\"nextStep\":"u8, view.NextStep);
        Number(json, ",\"nextAt\":"u8, view.NextAt);
        Number(json, ",\"againAt\":"u8, view.AgainAt);
        Text(json, ",\"reason\":"u8, view.Reason);
        Text(json, ",\"hold\":"u8, view.Hold);
        Text(json, ",\"pinned\":"u8, view.Pinned);
        json.Raw(",\"lastFailure\":"u8);
        Write(json, view.LastFailure);
        Text(json, ",\"server\":"u8, view.Server);
        Text(json, ",\"group\":"u8, view.Group);
        json.Raw("}\n"u8);
        return json;
    }

    /// <summary>The history.</summary>
    public static JsonBuffer Of(UpdateHistoryView history)
    {
        JsonBuffer json = new(4096);
        json.Raw("{\"entries\":["u8);
        for (int i = 0; i < history.Entries.Count; i++)
        {
            UpdateHistoryItem one = history.Entries[i];
            Number(json, i == 0 ? "{\"at\":"u8 : ",{\"at\":"u8, one.At);
            Text(json, ",\"from\":"u8, one.From);
            Text(json, ",\"to\":"u8, one.To);
            Text(json, ",\"outcome\":"u8, one.Outcome);
            Number(json, ",\"code\":"u8, one.Code);
            Text(json, ",\"text\":"u8, one.Text);
            json.Raw("}"u8);
        }

        json.Raw("]}\n"u8);
        return json;
    }

    /// <summary>What was found.</summary>
    public static JsonBuffer Of(IReadOnlyList<UpdateFinding> findings)
    {
        JsonBuffer json = new(2048);
        json.Raw("{\"findings\":["u8);
        for (int i = 0; i < findings.Count; i++)
        {
            UpdateFinding one = findings[i];
            Text(json, i == 0 ? "{\"level\":"u8 : ",{\"level\":"u8, UpdateFinding.Words[(int)one.Level]);
            Text(json, ",\"what\":"u8, one.What);
            Text(json, ",\"text\":"u8, one.Text);
            Text(json, ",\"advice\":"u8, one.Advice);
            if (one.Machine.Length > 0)
                Text(json, ",\"machine\":"u8, one.Machine);
            json.Raw("}"u8);
        }

        json.Raw("]}\n"u8);
        return json;
    }

    private static void Write(JsonBuffer json, UpdateFailureView? failure)
    {
        if (failure is null)
        {
            json.Raw("null"u8);
            return;
        }

        Number(json, "{\"code\":"u8, failure.Code);
        Text(json, ",\"name\":"u8, failure.Name);
        Text(json, ",\"text\":"u8, failure.Text);
        Number(json, ",\"at\":"u8, failure.At);
        json.Raw("}"u8);
    }

    // JSON has no NaN.
    private static double Share(double progress) => progress is >= 0 and <= 1 ? progress : progress > 1 ? 1 : 0;

    private static void Text(JsonBuffer json, ReadOnlySpan<byte> head, string text)
    {
        json.Raw(head);
        json.Quoted(text);
    }

    private static void Number(JsonBuffer json, ReadOnlySpan<byte> head, long number)
    {
        json.Raw(head);
        json.Number(number);
    }
}
