using CoreNode.Reboots.Desk;

namespace CoreNode.Api.Reboots;

/// <summary>An order as it was read, or why it is none.</summary>
/// <param name="Wish">The order; null if it cannot be given.</param>
/// <param name="Complaint">What is wrong.</param>
internal sealed record ReadWish(RebootWish? Wish, string Complaint = "");
