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

    /// <summary>The text with the values.</summary>
    public override string ToString()
    {
        StringBuilder text = new(form.Text);
        for (int i = 0; i < values.Length; i++)
            text.Replace($"{{{form.Names[i]}}}", Convert.ToString(values[i], CultureInfo.InvariantCulture) ?? "(null)");
        return text.ToString();
    }
}
