namespace CoreNode.Api.FleetLock;

/// <summary>How a request ended.</summary>
/// <param name="Kind">How.</param>
/// <param name="Value">For people; empty where it is done.</param>
internal sealed record FleetLockEnd(FleetLockKind Kind, string Value)
{
    /// <summary>It is done.</summary>
    public static readonly FleetLockEnd Done = new(FleetLockKind.Done, "");
}
