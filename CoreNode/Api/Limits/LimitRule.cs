namespace CoreNode.Api.Limits;

/// <summary>One limit: how it is called, what meets it, and who may change it.</summary>
/// <param name="Kind">Which it is.</param>
/// <param name="Label">Its name in metrics.</param>
/// <param name="Flag">The flag that sets it, without dashes; null if none does.</param>
/// <param name="Status">HTTP status of the refusal; 0 where the connection just ends.</param>
/// <param name="Text">What is too much, to go before the number.</param>
/// <param name="Value">Its value in a set of limits.</param>
internal sealed record LimitRule(
    LimitKind Kind, string Label, string? Flag, int Status, string Text, Func<ApiLimits, string> Value)
{
    /// <summary>One line: which limit, its value, how to change it.</summary>
    /// <param name="holding">What holds.</param>
    /// <param name="wanted">What the options say; connections and open files may allow less.</param>
    public string Message(ApiLimits holding, ApiLimits wanted)
    {
        string value = Value(holding);
        string asked = Value(wanted);
        string flag = Flag is null ? "" : $" (--{Flag} {asked}{(asked == value ? "" : Cut)})";
        return $"corenode: {Text}: the limit is {value}{flag}{(IsTemporary ? "; try again later" : "")}";
    }

    // Of connections only open files allow fewer than their flag says.
    private string Cut => Kind == LimitKind.Connections
        ? ", cut by the process' open files (LimitNOFILE)"
        : ", cut by --max-connections and the process' open files (LimitNOFILE)";

    /// <summary>The same request may succeed in a moment.</summary>
    public bool IsTemporary => Status is 429 or 503;
}
