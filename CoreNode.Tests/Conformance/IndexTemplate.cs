using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CoreNode.Tests.Conformance;

/// <summary>
/// Store indexes relative to the one before a case: {B}, {B+2}, {B-1}; {B+1:020} is the same padded with zeros to 20
/// digits, as in-order keys are named.
/// </summary>
internal static partial class IndexTemplate
{
    private const long FarBehind = 2000;

    /// <summary>Replaces every template of a recorded text by the index it stands for.</summary>
    public static string Fill(string text, long start) => Template().Replace(text, match =>
    {
        long offset = match.Groups[1].Success ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        int width = match.Groups[2].Success ? int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) : 1;
        return (start + offset).ToString($"D{width}", CultureInfo.InvariantCulture);
    });

    /// <summary>The template for an index; one from long before the case stays the number it is.</summary>
    public static JsonNode Of(long index, long start)
    {
        if (index == start)
            return "{B}";
        if (index > start)
            return $"{{B+{index - start}}}";
        return start - index < FarBehind && index > 0 ? $"{{B-{start - index}}}" : index;
    }

    /// <summary>The padded template for an in-order key's number.</summary>
    public static string Padded(long index, long start) => $"{{B+{index - start}:020}}";

    [GeneratedRegex(@"\{B([+-]\d+)?(?::(\d+))?\}")]
    private static partial Regex Template();
}
