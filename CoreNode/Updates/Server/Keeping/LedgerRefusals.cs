namespace CoreNode.Updates.Server.Keeping;

/// <summary>Why the ledger does nothing more, or not now.</summary>
internal static class LedgerRefusals
{
    /// <summary>There is no room on the disk.</summary>
    public static CatalogueException DiskFull(Exception? inner) => new(
        CatalogueFault.Full,
        "the update server's disk is full: nothing is changed till there is room; what machines are told that changes "
        + "nothing goes on",
        inner);

    /// <summary>It stops, or has failed.</summary>
    public static CatalogueException Stopped() => new(
        CatalogueFault.Unavailable, "the update server stops: ask again when it runs");

    /// <summary>Too many wait.</summary>
    public static CatalogueException Overrun() => new(
        CatalogueFault.Unavailable, "the update server has more to do than it can: ask again later");

    /// <summary>A fault of the program.</summary>
    public static CatalogueException Broken(Exception inner) => new(
        CatalogueFault.Unavailable, "the update server has a fault of its own; its log says more", inner);
}
