namespace CurveRbd.Rados;

/// <summary>LIBRADOS_CMPXATTR_OP_*</summary>
public enum ObjectComparison
{
    None = 0,
    Equal = 1,
    NotEqual = 2,
    Greater = 3,
    GreaterOrEqual = 4,
    Less = 5,
    LessOrEqual = 6,
}
