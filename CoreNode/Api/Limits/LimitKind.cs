namespace CoreNode.Api.Limits;

/// <summary>Every limit of the surface; the first ones in the order of <see cref="Resource"/>.</summary>
internal enum LimitKind
{
    Connections,
    Watches,
    WaitingWrites,
    Listings,
    Bodies,
    Heads,
    ClientConnections,
    ClientWatches,
    ClientRequests,
    ClientWaitingWrites,
    ClientListings,
    ClientBodies,
    ClientHeads,
    Head,
    Form,
    Json,
    HeadTime,
    SlowBody,
    SlowReader,
}
