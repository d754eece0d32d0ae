namespace CoreNode.Provision.Sources;

/// <summary>A source could not be asked, or gave what cannot be right. The message holds no secrets.</summary>
/// <param name="message">What happened.</param>
/// <param name="isFinal">It will be the same the next time, so that asking again is of no use.</param>
/// <param name="inner">What caused it.</param>
public sealed class SourceException(string message, bool isFinal = false, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>It will be the same the next time.</summary>
    public bool IsFinal => isFinal;
}
