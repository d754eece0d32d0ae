using System.Globalization;

namespace CoreNode.Updates.Applying.Worker;

/// <summary>Orders as words: "pause", "go", "rate 1000000".</summary>
public static class WorkerOrderCodec
{
    private const string RateWord = "rate ";

    /// <summary>The line, without its end.</summary>
    public static string Write(WorkerOrder order) => order switch
    {
        WorkerOrder.Pause => "pause",
        WorkerOrder.Go => "go",
        WorkerOrder.Rate rate => string.Create(CultureInfo.InvariantCulture, $"{RateWord}{rate.BytesPerSecond}"),
        _ => throw new ArgumentOutOfRangeException(nameof(order), "no such order"),
    };

    /// <summary>Null for a line that is none; it is passed over.</summary>
    public static WorkerOrder? TryRead(string line)
    {
        string text = line.Trim();
        if (text == "pause")
            return new WorkerOrder.Pause();
        if (text == "go")
            return new WorkerOrder.Go();
        return text.StartsWith(RateWord, StringComparison.Ordinal)
            && long.TryParse(
                text.AsSpan(RateWord.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long rate)
            ? new WorkerOrder.Rate(rate)
            : null;
    }
}
