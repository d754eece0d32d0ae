namespace CoreNode.Tests.Conformance.Differential;

/// <summary>
/// One request as both servers get it. Target and body are Latin-1 (one char is one byte) and may hold index templates:
/// <c>{+n}</c> is the server's base index plus n, <c>{=n}</c> the same as the 20 digits of an in-order key.
/// </summary>
/// <param name="Operation">Row of the coverage table.</param>
/// <param name="ContentType">Header of that name; null sends none.</param>
/// <param name="Body">Null sends no body and, on methods without one, no length.</param>
/// <param name="Carried">Parameters that the request carries, with the way each was spelled.</param>
/// <param name="KeyPath">The key in clean form, for reading the answers; null for other end points.</param>
internal sealed record DifferentialRequest(
    Operation Operation,
    string Method,
    string Target,
    string? ContentType,
    string? Body,
    IReadOnlyList<CarriedParameter> Carried,
    string? KeyPath)
{
    /// <summary>
    /// True when the answer may stay open: it gets a connection of its own and is compared at a barrier.
    /// </summary>
    public bool MayStayOpen => Operation is Operation.Watch or Operation.Stream;

    /// <summary>
    /// True for a long poll or stream that must be told everything by now; set on the last request before it.
    /// </summary>
    public bool BarrierAfter { get; init; }

    /// <summary>The line for a transcript.</summary>
    public override string ToString()
    {
        string text = $"{Method} {Short(Target)}";
        if (ContentType is not null)
            text += $"  [{ContentType}]";
        if (Body is not null)
            text += $"  {Short(Body)}";
        return BarrierAfter ? text + "  (then all watches are compared)" : text;
    }

    private static string Short(string text) => text.Length > 300 ? $"{text[..120]}… ({text.Length} bytes)" : text;
}
