namespace CoreNode.Documents;

/// <summary>A single value, as it was written.</summary>
public sealed class ScalarNode(string text, ScalarForm written, TextPlace place) : DocumentNode(place)
{
    /// <summary>The value without quotes and escapes.</summary>
    public string Text { get; } = text;

    /// <summary>How it was written.</summary>
    public ScalarForm Written { get; } = written;

    /// <summary>True for null: JSON's, or YAML's empty value, ~ and null without quotes (YAML 1.2, 10.3.2).</summary>
    public bool IsNull => Written == ScalarForm.Null
        || (Written == ScalarForm.Plain && Text is ("" or "~" or "null" or "Null" or "NULL"));

    /// <inheritdoc/>
    public override string Form => IsNull ? "nothing" : "text";

    /// <summary>
    /// True or false in all the words of YAML 1.1 (yes, on, true and their opposites), which configurations of
    /// CoreOS's time use; null: neither.
    /// </summary>
    public bool? FindSwitch()
    {
        if (Written is not (ScalarForm.Plain or ScalarForm.Switch))
            return null;
        return Text.ToLowerInvariant() switch
        {
            "true" or "yes" or "on" or "y" => true,
            "false" or "no" or "off" or "n" => false,
            _ => null,
        };
    }
}
