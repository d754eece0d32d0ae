using CoreNode.Updates.Desk;

namespace CoreNode.Api.Updates;

/// <summary>An order as it was read, or why it is none.</summary>
/// <param name="Order">The order; null if it cannot be given.</param>
/// <param name="Status">HTTP status then.</param>
/// <param name="Complaint">What is wrong, and what to do.</param>
internal sealed record ReadOrder(UpdateOrder? Order, int Status = 0, string Complaint = "");
