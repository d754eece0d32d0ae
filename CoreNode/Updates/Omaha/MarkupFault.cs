using System.Globalization;

namespace CoreNode.Updates.Omaha;

/// <summary>Why bytes are no XML document of the kind that is read here.</summary>
/// <param name="Line">1-based line.</param>
/// <param name="Column">1-based column, in characters.</param>
/// <param name="Message">What is wrong there, one line.</param>
public sealed record MarkupFault(int Line, int Column, string Message)
{
    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"line {Line}, column {Column}: {Message}");
}
