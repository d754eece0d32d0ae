namespace CoreNode.Systemd;

/// <summary>A method or a signal of an object that this process serves.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Signature">Of a method what it answers, of a signal what it tells; no method takes anything.</param>
/// <param name="Names">What those values are called in introspection, in their order.</param>
/// <param name="IsSignal">True for a signal.</param>
internal sealed record BusMember(string Name, string Signature, IReadOnlyList<string> Names, bool IsSignal);
