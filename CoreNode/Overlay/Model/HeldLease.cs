namespace CoreNode.Overlay.Model;

/// <summary>The lease that this machine holds, as it wrote it last.</summary>
/// <param name="Name">Its name in the store.</param>
/// <param name="Subnets">What it leases.</param>
/// <param name="Text">Its value.</param>
/// <param name="IsReserved">It has no end: an operator gave it to this machine.</param>
public sealed record HeldLease(string Name, LeaseSubnets Subnets, string Text, bool IsReserved);
