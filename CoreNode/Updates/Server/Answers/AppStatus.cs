namespace CoreNode.Updates.Server.Answers;

/// <summary>Omaha's own words for what is wrong with a request, in the status of an app.</summary>
internal static class AppStatus
{
    public const string Ok = "ok";

    /// <summary>No such application.</summary>
    public const string UnknownApplication = "error-unknownApplication";

    /// <summary>The application is known, its group is not.</summary>
    public const string UnknownGroup = "error-unknownApplicationOrGroup";

    /// <summary>The identity of the application cannot be one.</summary>
    public const string InvalidApplication = "error-invalidAppId";

    /// <summary>The version that runs is missing, or is none.</summary>
    public const string InvalidVersion = "error-invalidVersion";

    /// <summary>The machine does not say which it is, or there is no room for another one.</summary>
    public const string NotRegistered = "error-instanceRegistrationFailed";

    /// <summary>The server cannot do it now: its disk is full, it is overrun or stops.</summary>
    public const string Internal = "error-internal";
}
