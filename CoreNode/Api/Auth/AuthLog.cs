using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Api.Auth;

/// <summary>What is logged of changes: who may do what is worth knowing afterwards. Never a password.</summary>
internal static partial class AuthLog
{
    [LoggerMessage(EventIds.Api + 90, LogLevel.Information, "users and roles: user {User} was {Change}")]
    public static partial void UserChanged(this ILogger<AuthAdmin> logger, string user, string change);

    [LoggerMessage(EventIds.Api + 91, LogLevel.Information, "users and roles: role {Role} was {Change}")]
    public static partial void RoleChanged(this ILogger<AuthAdmin> logger, string role, string change);

    [LoggerMessage(EventIds.Api + 92, LogLevel.Information, "users and roles are {Change}")]
    public static partial void Switched(this ILogger<AuthAdmin> logger, string change);
}
