using CoreNode.Documents;

namespace CoreNode.Provision.CloudConfig;

/// <summary>A text of the input, where it stands and under which key.</summary>
internal sealed record TextItem(string Text, TextPlace Place, string Key);
