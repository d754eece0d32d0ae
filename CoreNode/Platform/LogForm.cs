using Microsoft.Extensions.Logging;

namespace CoreNode.Platform;

/// <summary>What all messages of one log method have in common.</summary>
internal sealed class LogForm(LogLevel level, EventId id, string text)
{
    /// <summary>With names in braces.</summary>
    public string Text => text;

    /// <summary>The names in the order of the text.</summary>
    public IReadOnlyList<string> Names { get; } = NamesIn(text);

    /// <summary>Logs no values.</summary>
    public void Write(ILogger logger, Exception? exception) => Log(logger, [], exception);

    /// <summary>Logs one value.</summary>
    public void Write<T1>(ILogger logger, T1 a, Exception? exception) =>
        Log(logger, [a], exception);

    /// <summary>Logs two values.</summary>
    public void Write<T1, T2>(ILogger logger, T1 a, T2 b, Exception? exception) =>
        Log(logger, [a, b], exception);

    /// <summary>Logs three values.</summary>
    public void Write<T1, T2, T3>(ILogger logger, T1 a, T2 b, T3 c, Exception? exception) =>
        Log(logger, [a, b, c], exception);

    /// <summary>Logs four values.</summary>
    public void Write<T1, T2, T3, T4>(ILogger logger, T1 a, T2 b, T3 c, T4 d, Exception? exception) =>
        Log(logger, [a, b, c, d], exception);

    /// <summary>Logs five values.</summary>
    public void Write<T1, T2, T3, T4, T5>(ILogger logger, T1 a, T2 b, T3 c, T4 d, T5 e, Exception? exception) =>
        Log(logger, [a, b, c, d, e], exception);

    /// <summary>Logs six values.</summary>
    public void Write<T1, T2, T3, T4, T5, T6>(
        ILogger logger, T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, Exception? exception) =>
        Log(logger, [a, b, c, d, e, f], exception);

    private static List<string> NamesIn(string text)
    {
        List<string> names = [];
        for (int open = text.IndexOf('{'); open >= 0; open = text.IndexOf('{', open + 1))
        {
            int close = text.IndexOf('}', open);
            if (close < 0)
                break;
            ReadOnlySpan<char> name = text.AsSpan(open + 1, close - open - 1);
            int end = name.IndexOfAny(',', ':');
            names.Add((end < 0 ? name : name[..end]).ToString());
            open = close;
        }

        return names;
    }

    private void Log(ILogger logger, object?[] values, Exception? exception)
    {
        if (!logger.IsEnabled(level))
            return;
        LoggedValues message = new(this, values);
        logger.Log(level, id, message, exception, static (state, _) => state.ToString());
    }
}
