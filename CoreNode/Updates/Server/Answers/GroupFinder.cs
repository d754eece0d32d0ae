using CoreNode.Updates.Server.Books;

namespace CoreNode.Updates.Server.Answers;

/// <summary>
/// Which group a machine means, remembered for what was asked last: a fleet says few things, and looking through all
/// groups for each check would cost more than all the rest. Owned by the ledger.
/// </summary>
internal sealed class GroupFinder(ServerBooks books)
{
    private const int Slots = 512;

    // Longer words are no names of groups: they are not kept, or a few requests would fill the memory.
    private const int MostKept = 128;

    private readonly Found?[] _found = new Found?[Slots];

    /// <summary>The group; null if the application has none that fits and no default.</summary>
    public GroupBook? Find(AppBook app, string track, string board)
    {
        if (track.Length > MostKept || board.Length > MostKept)
            return Search(app, track, board);
        int hash = string.GetHashCode(track) ^ (string.GetHashCode(board) << 1) ^ (int)app.Number;
        ref Found? slot = ref _found[hash & (Slots - 1)];
        bool isKnown = slot is not null && ReferenceEquals(slot.Catalogue, books.Catalogue) && slot.App == app
            && slot.Track == track && slot.Board == board;
        if (!isKnown)
            slot = new Found(books.Catalogue, app, track, board, Search(app, track, board));
        return slot!.Group;
    }

    private GroupBook? Search(AppBook app, string track, string board)
    {
        CatalogueGroup? group = books.Catalogue.FindGroupOf(books.Catalogue.FindApp(app.Id)!, track, board);
        return group is null ? null : app.Groups.GetValueOrDefault(group.Id);
    }

    private sealed record Found(Catalogue Catalogue, AppBook App, string Track, string Board, GroupBook? Group);
}
