using System.Globalization;

namespace CoreNode.Cli;

/// <summary>
/// How far a long work is, on one line of the terminal that is written again and again: bar, share, speed, time left.
/// Beside a pipe it says nothing. One thread.
/// </summary>
internal sealed class ProgressLine(CliHost host) : IDisposable
{
    private const int BarLength = 24;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(150);

    private string? _doing;
    private long _started;
    private long _startBytes;
    private long _shown;
    private int _length;

    /// <summary>Tells how far it is; most calls write nothing.</summary>
    public void Show(string doing, long doneBytes, long totalBytes)
    {
        if (!host.IsErrorTerminal)
            return;
        long now = host.Time.GetTimestamp();
        if (doing != _doing)
            (_doing, _started, _startBytes, _shown) = (doing, now, doneBytes, 0);
        else if (host.Time.GetElapsedTime(_shown, now) < s_pause && (doneBytes < totalBytes || totalBytes < 0))
            return;
        _shown = now;
        Write(Line(doing, doneBytes, totalBytes, host.Time.GetElapsedTime(_started, now), _startBytes));
    }

    /// <summary>
    /// "packing [######      ] 25 %, 12.5 of 50.0 MB, 40.0 MB/s, 1 s left". What was done before the time began says
    /// nothing about the speed. A total below 0 is not known.
    /// </summary>
    public static string Line(
        string doing, long doneBytes, long totalBytes, TimeSpan elapsed, long startBytes = 0)
    {
        if (totalBytes < 0)
            return string.Create(CultureInfo.InvariantCulture, $"{doing} {doneBytes / 1e6:f1} MB");
        double share = totalBytes <= 0 ? 1 : Math.Clamp((double)doneBytes / totalBytes, 0, 1);
        int full = (int)(share * BarLength);
        string bar = new string('#', full) + new string(' ', BarLength - full);
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{doing} [{bar}] {(int)(share * 100)} %, {doneBytes / 1e6:f1} of {totalBytes / 1e6:f1} MB");
        if (elapsed < TimeSpan.FromMilliseconds(500) || doneBytes <= startBytes)
            return text;
        double speed = (doneBytes - startBytes) / elapsed.TotalSeconds;
        double left = Math.Ceiling((totalBytes - doneBytes) / speed);
        return text + string.Create(CultureInfo.InvariantCulture, $", {speed / 1e6:f1} MB/s, {left:f0} s left");
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    /// <summary>Clears the line, so that something else can be written.</summary>
    public void Clear()
    {
        if (_length > 0)
            Write("");
        _length = 0;
    }

    private void Write(string line)
    {
        host.Error.Write($"\r{line.PadRight(_length)}");
        if (line.Length == 0)
            host.Error.Write('\r');
        host.Error.Flush();
        _length = line.Length;
    }
}
