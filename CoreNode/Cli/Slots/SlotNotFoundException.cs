namespace CoreNode.Cli.Slots;

/// <summary>There is no such slot, disk or image: exit code 4.</summary>
public sealed class SlotNotFoundException(string message) : Exception(message);
