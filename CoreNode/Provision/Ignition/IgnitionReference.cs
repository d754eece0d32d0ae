using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Ignition;

/// <summary>Another configuration that one names.</summary>
/// <param name="Content">It, or where it is fetched from.</param>
/// <param name="Key">The key that names it.</param>
/// <param name="Place">Where that stands.</param>
public sealed record IgnitionReference(ContentPart Content, string Key, TextPlace Place);
