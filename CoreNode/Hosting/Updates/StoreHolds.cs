using CoreNode.Updates.Client.Ports;

namespace CoreNode.Hosting.Updates;

/// <summary>The store's troubles as a reason to wait.</summary>
internal sealed class StoreHolds(UpdatesPlace place) : IHolds
{
    /// <inheritdoc/>
    public string Reason => place.StoreProblem();
}
