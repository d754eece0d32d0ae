using CoreNode.Documents;

namespace CoreNode.Provision.Model;

/// <summary>A script that runs as a transient unit; its first line names its interpreter.</summary>
public sealed record DesiredScript(string Name, ReadOnlyMemory<byte> Content, string From, TextPlace Place);
