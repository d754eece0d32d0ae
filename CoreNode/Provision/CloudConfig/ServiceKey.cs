namespace CoreNode.Provision.CloudConfig;

/// <summary>One key of a section that is about a service of CoreOS.</summary>
/// <param name="Name">With underscores.</param>
/// <param name="Kind">What becomes of it.</param>
/// <param name="Meaning">The option of the node; or why it has no effect; or what is done.</param>
/// <param name="Words">The words it may be.</param>
internal sealed record ServiceKey(string Name, ServiceKeyKind Kind, string Meaning, params string[] Words)
{
    /// <summary>True if it ends as an option by itself.</summary>
    public bool IsOption => Kind < ServiceKeyKind.NoEffect;
}
