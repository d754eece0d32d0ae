using System.Text.Json;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>One request with both answers and what differed.</summary>
internal sealed record DifferentialStep(
    DifferentialRequest Request, RawAnswer Expected, RawAnswer Actual, List<string> Differences)
{
    /// <summary>
    /// The reference's outcome as the coverage table counts it: etcd's error code, else the status. Error 201 has a
    /// name of its own beside status 201.
    /// </summary>
    public string Outcome => ErrorCode(Expected) switch
    {
        null => Expected.Status.ToString(System.Globalization.CultureInfo.InvariantCulture),
        201 => "201 value",
        { } code => code.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    private static int? ErrorCode(RawAnswer answer)
    {
        if (answer.Status < 400 || answer.Body is not [(byte)'{', ..])
            return null;
        using JsonDocument document = JsonDocument.Parse(answer.Body);
        return document.RootElement.TryGetProperty("errorCode", out JsonElement code) ? code.GetInt32() : null;
    }
}
