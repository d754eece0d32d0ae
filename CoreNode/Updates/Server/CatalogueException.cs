namespace CoreNode.Updates.Server;

/// <summary>An order that is not carried out; nothing was changed by it.</summary>
/// <param name="fault">Why, for programs.</param>
/// <param name="message">What, of what, and what to do, one line.</param>
/// <param name="inner">What it comes from.</param>
public sealed class CatalogueException(CatalogueFault fault, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public CatalogueFault Fault { get; } = fault;
}
