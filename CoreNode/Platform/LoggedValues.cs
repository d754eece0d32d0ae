using System.Collections;
using System.Globalization;
using System.Text;

namespace CoreNode.Platform;

/// <summary>One log message: the values in it by their names and, last, its text with those names.</summary>
internal sealed class LoggedValues(LogForm form, object?[] values) : IReadOnlyList<KeyValuePair<string, object?>>
{
    private const string OriginalFormat = "{OriginalFormat}";

    /// <inheritdoc/>
    public int Count => values.Length + 1;

    /// <inheritdoc/>
    public KeyValuePair<string, object?> this[int index] => index == values.Length
        ? new KeyValuePair<string, object?>(OriginalFormat, form.Text)
        : new KeyValuePair<string, object?>(form.Names[index], values[index]);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The text with the values in it, each once and as its place says ("{Seconds:0.0}").</summary>
    public override string ToString()
    {
        StringBuilder rendered = new();
        ReadOnlySpan<char> rest = form.Text;
        foreach (object? value in values)
        {
            int open = rest.IndexOf('{');
            int close = open + rest[open..].IndexOf('}');
            ReadOnlySpan<char> place = rest[(open + 1)..close];
            int colon = place.IndexOf(':');
            rendered.Append(rest[..open]).Append(Text(value, colon < 0 ? null : place[(colon + 1)..].ToString()));
            rest = rest[(close + 1)..];
        }

        return rendered.Append(rest).ToString();
    }

    private static string Text(object? value, string? format) => value is IFormattable shaped
        ? shaped.ToString(format, CultureInfo.InvariantCulture)
        : value?.ToString() ?? "(null)";
}
