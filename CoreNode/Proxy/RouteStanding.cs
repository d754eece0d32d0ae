namespace CoreNode.Proxy;

/// <summary>What is known of a route; a lower one is asked before a higher one.</summary>
public enum RouteStanding
{
    /// <summary>The member answers there, and says that it is healthy.</summary>
    Answers,

    /// <summary>Nobody has asked there yet.</summary>
    Untried,

    /// <summary>The member answers there, and says that it should not be given traffic.</summary>
    Ails,

    /// <summary>The last attempt failed.</summary>
    Fails,
}
