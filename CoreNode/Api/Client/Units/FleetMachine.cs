namespace CoreNode.Api.Client.Units;

/// <summary>A machine of fleet's API.</summary>
/// <param name="Id">32 hex digits.</param>
/// <param name="Ip">Its address; empty if unknown.</param>
/// <param name="Metadata">In order of the keys.</param>
public sealed record FleetMachine(string Id, string Ip, IReadOnlyDictionary<string, string> Metadata);
